import {
  binary,
  bool,
  decimal,
  type Fields,
  float64,
  int32,
  int64,
  list,
  nullable,
  timestamp,
  utf8,
} from '@millrace/core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as wasm from 'parquet-wasm';
import { expect, test } from 'vitest';
import { blockSums, checkedBytes, uncheckedBytes } from '../checked-bytes.js';
import type { ParquetFile } from '../codec.js';
import { rowsOfFile } from '../file-rows.test.js';
import { loadParquetCodec } from '../load-codec.js';
import { arrowSchemaBy, openByLibrary } from '../parquet-wasm.js';
import { loadDecompressors } from './decompress.js';
import { readFooter } from './footer.js';
import { readColumns } from './paged-file.js';

const rows = 60;
const time = (i: number): Date => new Date(i * 86_399_999 - 7);

/** The columns of the files, and what they hold where it is not null, as in `fixtures/make-by-….py`. */
const common: { readonly [name: string]: readonly [Fields[string], (i: number) => unknown] } = {
  few: [nullable(utf8), (i) => `cß${i % 3}`],
  many: [nullable(utf8), (i) => `text ${i * 7919}`],
  small: [nullable(int32), (i) => 0 - i * 1000],
  big: [nullable(int64), (i) => BigInt(i) * 9_007_199_254_740_993n],
  real: [nullable(float64), (i) => i / 7],
  half: [nullable(float64), (i) => i / 8],
  flag: [nullable(bool), (i) => i % 3 === 0],
  micros: [nullable(timestamp), time],
  exact9: [nullable(decimal(9, 2)), (i) => (i === 0 ? '0.25' : `-${i}.25`)],
  exact18: [nullable(decimal(18, 4)), (i) => `${i}.1234`],
  exact30: [nullable(decimal(30, 5)), (i) => (i === 20 ? '0.00001' : `${i - 20}0000000000000000.00001`)],
  raw: [nullable(binary), (i) => Uint8Array.of(i, 255)],
};
const ofPyarrow: typeof common = {
  ...common,
  category: [nullable(utf8), (i) => `c${i % 3}`],
  millis: [nullable(timestamp), time],
  nanos: [nullable(timestamp), time],
  needed: [utf8, (i) => `n${i % 5}`],
  tags: [nullable(list(nullable(utf8))), (i) => [`t${i}`, null]],
};

const all = Object.keys(ofPyarrow).filter((name) => name !== 'tags');

test.each([
  ['pyarrow-v1-snappy', ofPyarrow, all],
  ['pyarrow-v2-zstd', ofPyarrow, all],
  ['pyarrow-plain', ofPyarrow, all],
  ['pyarrow-gzip-int96', ofPyarrow, []],
  ['pyarrow-delta', ofPyarrow, all.filter((name) => !['many', 'small', 'big', 'real', 'micros'].includes(name))],
  ['spark-v1-snappy', common, Object.keys(common)],
  ['spark-v1-zstd', common, Object.keys(common)],
  // Spark leaves the dictionary for deltas where it does not pay.
  ['spark-v2', common, ['few', 'real', 'half', 'flag', 'exact30']],
] as const)('%s is read as it was written', async (name, columns, expectedOwn) => {
  const bytes = await readFile(join(import.meta.dirname, 'fixtures', `${name}.parquet`));
  const fields = Object.fromEntries(Object.entries(columns).map(([column, [type]]) => [column, type]));
  const expected = Array.from({ length: rows }, (_, i) =>
    Object.fromEntries(
      Object.entries(columns).map(([column, [, value]]) => [
        column,
        column !== 'needed' && [2, 3].includes(i % 7) ? null : value(i),
      ]),
    ),
  );
  const input = checkedBytes(bytes.length, blockSums(bytes), async (start, end) => bytes.subarray(start, end));
  const codec = await loadParquetCodec();
  expect(await rowsOfFile(fields, await codec.open(input))).toEqual(expected);
  expect(await rowsOfFile(fields, await codec.open(uncheckedBytes(bytes)))).toEqual(expected);
  expect(await rowsOfFile(fields, await openByLibrary(wasm, input))).toEqual(expected);

  const footer = await readFooter(input, arrowSchemaBy(wasm));
  const own = await readColumns(input, footer, await loadDecompressors(), 0, fields);
  expect([...own.keys()].sort()).toEqual([...expectedOwn].sort());
});

test('what parquet-wasm refuses is refused, in its words', async () => {
  const bytes = await readFile(join(import.meta.dirname, 'fixtures', 'pyarrow-v1-snappy.parquet'));
  const codec = await loadParquetCodec();
  for (const [name, type] of [
    ['large', utf8],
    ['short', int32],
    ['half', int64],
    ['micros', int64],
    ['exact18', decimal(18, 3)],
    ['exact18', decimal(17, 4)],
    ['raw', utf8],
    ['few', binary],
    ['big', int32],
  ] as const) {
    const refusal = async (opening: Promise<ParquetFile>): Promise<unknown> =>
      (await opening).read(0, { [name]: type }).catch((error: unknown) => error);
    const byLibrary = await refusal(openByLibrary(wasm, uncheckedBytes(bytes)));
    expect(byLibrary).toMatchObject({ name: 'FieldMismatch', field: name });
    expect(await refusal(codec.open(uncheckedBytes(bytes)))).toEqual(byLibrary);
  }
});
