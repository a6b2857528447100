import { utf8 } from '@millrace/core';
import { columnsOf } from '@millrace/core/connector';
import { fcOptions } from '@millrace/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockSums, checkedBytes, uncheckedBytes } from './checked-bytes.js';
import { loadParquetCodec } from './load-codec.js';

function inMemory(bytes: Uint8Array, sums: string) {
  return checkedBytes(bytes.length, sums, async (start, end) => bytes.slice(start, end));
}

test('ranges are the bytes that were written, whatever blocks they touch', async () => {
  const bytes = Uint8Array.from({ length: 700_000 }, (_, i) => (i * 31) >> 3);
  const file = inMemory(bytes, blockSums(bytes));
  const range = fc.tuple(fc.nat(bytes.length), fc.nat(bytes.length)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
  await fc.assert(
    fc.asyncProperty(range, async ([start, end]) => {
      expect(Buffer.compare(await file.read(start!, end!), bytes.subarray(start, end))).toBe(0);
    }),
    fcOptions(100),
  );
});

test('a changed byte fails every range that touches its block, and no other', async () => {
  const bytes = new Uint8Array(300_000);
  const sums = blockSums(bytes);
  bytes[150_000] = 1;
  const file = inMemory(bytes, sums);
  await expect(file.read(140_000, 140_010)).rejects.toThrow('the bytes from 131072 on are not those that were written');
  await expect(file.read(0, 300_000)).rejects.toThrow('the bytes from 131072 on');
  expect(await file.read(100, 110)).toEqual(new Uint8Array(10));
  expect(await file.read(270_000, 300_000)).toEqual(new Uint8Array(30_000));
});

// An asynchronous read of a broken page would end this very process.
test('damaged Parquet fails, and never passes for something else where the bytes are checked', async () => {
  const codec = await loadParquetCodec();
  const fields = { a: utf8, b: utf8 };
  const rows = Array.from({ length: 2000 }, (_, i) => ({ a: `value ${i * 7919}`, b: `c${i % 5}` }));
  const bytes = await codec.write(fields, [{ length: rows.length, columns: columnsOf(fields, rows) }]);
  const damage = fc.array(fc.record({ at: fc.nat(bytes.length - 1), by: fc.integer({ min: 1, max: 255 }) }), {
    minLength: 1,
    maxLength: 8,
  });
  // Too short a file has no footer to read, and no block to check.
  const told = /^the bytes from \d+ on are not those that were written$|^EOF: file size of [0-7] is less than footer$/;
  await fc.assert(
    fc.asyncProperty(damage, fc.option(fc.nat(bytes.length - 1)), async (flips, cut) => {
      const broken = bytes.slice(0, cut ?? bytes.length);
      for (const { at, by } of flips) if (at < broken.length) broken[at]! ^= by;
      fc.pre(broken.length < bytes.length || Buffer.compare(broken, bytes) !== 0);
      const read = async (file: Parameters<typeof codec.open>[0]) => (await codec.open(file)).read(0, fields);
      await expect(read(inMemory(broken, blockSums(bytes)))).rejects.toThrow(told);
      await read(uncheckedBytes(broken)).catch((error: unknown) => expect(error).toBeInstanceOf(Error));
    }),
    fcOptions(150),
  );
});
