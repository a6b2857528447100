import { expect, test } from 'vitest';
import { loadParquetCodec } from './load-codec.js';

test('the codec is loaded once', async () => {
  const loading = loadParquetCodec();
  expect(loadParquetCodec()).toBe(loading);
  await loading;
});
