import { expect, test } from 'vitest';
import { installed, loadParquetCodec } from './load-codec.js';

const nobodysPackage = 'parquet-wasm-that-nobody-has';

test('a missing package is named with the command that installs it; another failure stays what it is', async () => {
  // What Node says of a package that is not there.
  const missing = installed(() => import(nobodysPackage) as Promise<unknown>);
  await expect(missing).rejects.toMatchObject({
    code: 'MILLRACE_PEER_MISSING',
    sentence: 'A lake table needs the package "parquet-wasm", which is not installed.',
    fix: 'npm install parquet-wasm',
  });
  await expect(installed(() => Promise.reject(new Error('out of memory')))).rejects.toThrow('out of memory');
});

test('the codec is loaded once', () => {
  expect(loadParquetCodec()).toBe(loadParquetCodec());
});
