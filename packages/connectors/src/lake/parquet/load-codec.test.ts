import { expect, test } from 'vitest';
import { loadParquetCodec } from './load-codec.js';

test('the codec is loaded once', () => {
  expect(loadParquetCodec()).toBe(loadParquetCodec());
});
