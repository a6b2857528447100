import { bool, float64, int32, list, nullable, timestamp, utf8 } from '@millrace/core';
import { columnsOf } from '@millrace/core/connector';
import * as wasm from 'parquet-wasm';
import { expect, test } from 'vitest';
import { blockSums, checkedBytes, uncheckedBytes } from '../checked-bytes.js';
import type { FileBytes, ParquetFile } from '../codec.js';
import { loadParquetCodec } from '../load-codec.js';
import { arrowSchemaBy } from '../parquet-wasm.js';
import { loadDecompressors } from './decompress.js';
import { openPaged } from './paged-file.js';

const fields = {
  id: utf8,
  category: nullable(utf8),
  n: nullable(int32),
  real: float64,
  flag: bool,
  at: timestamp,
  tags: list(utf8),
};
const rows = Array.from({ length: 50_000 }, (_, i) => ({
  id: `id-${i}-${(i * 2_654_435_761) % 1_000_003}`,
  category: i % 7 === 0 ? null : `c${i % 5}`,
  n: i % 3 === 0 ? null : i,
  real: i / 3,
  flag: i % 2 === 0,
  at: new Date(i),
  tags: [`t${i % 3}`],
}));

async function lakeFile(): Promise<Uint8Array> {
  const codec = await loadParquetCodec();
  return codec.write(fields, [{ length: rows.length, columns: columnsOf(fields, rows) }]);
}

function openWith(bytes: FileBytes, other: () => Promise<ParquetFile>): Promise<ParquetFile> {
  return loadDecompressors().then((decompressors) => openPaged(bytes, decompressors, arrowSchemaBy(wasm), other));
}

const never = async (): Promise<ParquetFile> => {
  throw new Error('the library was asked');
};

test('flat columns are read without the library, text of few values as a dictionary', async () => {
  const { tags, ...flat } = fields;
  const file = await openWith(uncheckedBytes(await lakeFile()), never);
  const { columns } = await file.read(0, flat);
  expect(Object.entries(columns).map(([name, { layout }]) => `${name}: ${layout}`)).toEqual([
    'id: bytes',
    'category: dictionary',
    'n: int32',
    'real: float64',
    'flag: bool',
    'at: float64',
  ]);
  await expect(file.read(0, { tags })).rejects.toThrow('the library was asked');
  file.close();
});

test('the library reads what is left, and is opened once and closed', async () => {
  let opened = 0;
  let closed = 0;
  const asked: string[][] = [];
  const bytes = uncheckedBytes(await lakeFile());
  const file = await openWith(bytes, async () => {
    opened++;
    return {
      groups: [rows.length],
      async read(_group, wanted) {
        asked.push(Object.keys(wanted));
        return { length: rows.length, columns: columnsOf(wanted, rows) };
      },
      close: () => closed++,
    };
  });
  for (let time = 0; time < 2; time++) {
    const { columns } = await file.read(0, { at: timestamp, tags: fields.tags, id: utf8, more: nullable(int32) });
    expect(Object.keys(columns)).toEqual(['at', 'tags', 'id', 'more']);
  }
  file.close();
  await Promise.resolve();
  expect({ opened, closed, asked }).toEqual({ opened: 1, closed: 1, asked: [['tags'], ['tags']] });
});

test('only the bytes of the columns that are asked for are read, neighbours at once', async () => {
  const bytes = await lakeFile();
  const read: (readonly [number, number])[] = [];
  const counted: FileBytes = {
    size: bytes.length,
    checked: true,
    async read(start, end) {
      read.push([start, end]);
      return bytes.subarray(start, end);
    },
  };
  const file = await openWith(counted, never);
  read.length = 0;
  await file.read(0, { n: fields.n, category: fields.category });
  expect(read).toHaveLength(1);
  expect(read[0]![1] - read[0]![0]).toBeLessThan(bytes.length / 3);
  read.length = 0;
  await file.read(0, { id: fields.id, at: fields.at });
  expect(read).toHaveLength(2);
});

test('what a store says of a failing read is what is thrown', async () => {
  const bytes = await lakeFile();
  let failing = false;
  const input = checkedBytes(bytes.length, blockSums(bytes), async (start, end) => {
    if (failing) throw new Error('the disk is gone');
    return bytes.subarray(start, end);
  });
  const file = await openWith(input, never);
  failing = true;
  await expect(file.read(0, { id: utf8 })).rejects.toThrow('the disk is gone');
});
