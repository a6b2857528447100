import { binary, bool, type ColumnType, decimal, type Fields, float64, int32, int64, list, nullable, type Row, struct, timestamp, utf8 } from '@millrace/core'; // prettier-ignore
import { DuckDBInstance } from '@duckdb/node-api';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockSums, checkedBytes, uncheckedBytes } from './checked-bytes.js';
import type { CodecName, FileBatch, ParquetCodec } from './codec.js';
import { joinBatches, sliceBatch } from './file-batch.js';
import { fileBatch, rowsOfBatch, rowsOfFile } from './file-rows.test.js';
import { loadParquetCodec } from './load-codec.js';

/** What a codec can that another can not. */
const codecs: readonly { readonly name: CodecName; readonly decimals: boolean }[] = [
  { name: 'parquet-wasm', decimals: true },
  { name: 'parquetjs-lite', decimals: false },
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-parquet-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Reads a file both ways, holds them against each other, and gives its rows. */
async function readBackBy<F extends Fields>(codec: ParquetCodec, fields: F, bytes: Uint8Array): Promise<Row<F>[]> {
  const checked = checkedBytes(bytes.length, blockSums(bytes), async (start, end) => bytes.slice(start, end));
  const ways = [checked, uncheckedBytes(bytes)].map(async (input) => rowsOfFile(fields, await codec.open(input)));
  const [projecting, whole] = await Promise.all(ways);
  expect(projecting).toEqual(whole);
  return projecting!;
}

let files = 0;
async function foreignRows(bytes: Uint8Array, select = '* EXCLUDE file_row_number'): Promise<unknown[]> {
  const path = join(folder, `${files++}.parquet`);
  await writeFile(path, bytes);
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const result = await connection.runAndReadAll(
    `SELECT ${select} FROM read_parquet('${path}', file_row_number => true)`,
  );
  const rows = result.getRowObjectsJson();
  connection.closeSync();
  return rows;
}

// One row group of no rows, as other writers make for an empty table: columns id (int32) and name (text).
const emptyGroup = Buffer.from('UEFSMRUEFQAVAEwVABUAEgAAFQQVABUATBUAFQASAAAVBBk8NQAYBnNjaGVtYRUEABUCJQIYAmlkABUMJQIYBG5hbWUlAEwcAAAAFgAZHBksJgAcFQIZJQAGGRgCaWQVABYAFhwWHCYAJggpHBUEFQAVAgAAACYAHBUMGSUABhkYBG5hbWUVABYAFhwWHCYAJiQpHBUEFQAVAgAAABY4FgAmCBY4ACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZLBwAABwAAACxAAAAUEFSMQ==', 'base64'); // prettier-ignore

const mismatches: readonly [string, ColumnType, unknown, ColumnType][] = [
  ['text where a number is due', utf8, '7', int32],
  ['a number where text is due', int32, 7, utf8],
  ['a float where a whole number is due', float64, 2.5, int64],
  ['a wide number where a narrow one is due', int64, 7n, int32],
  ['another scale', decimal(10, 3), '1.000', decimal(10, 2)],
  ['more digits', decimal(12, 2), '1.00', decimal(10, 2)],
  ['text where bytes are due', utf8, 'x', binary],
  ['a number where a time is due', int64, 1n, timestamp],
];

const exactNumbers = { exact: '-12345678901234567890.123456789', small: '-0.01' };

describe.each(codecs)('$name', ({ name, decimals }) => {
  let codec: ParquetCodec;
  beforeAll(async () => {
    codec = await loadParquetCodec(name);
  });
  const readBack = <F extends Fields>(fields: F, bytes: Uint8Array): Promise<Row<F>[]> =>
    readBackBy(codec, fields, bytes);

  const every = {
    text: nullable(utf8),
    whole: nullable(int32),
    long: nullable(int64),
    real: nullable(float64),
    ...(decimals ? { exact: nullable(decimal(29, 9)), small: nullable(decimal(5, 2)) } : {}),
    flag: nullable(bool),
    at: nullable(timestamp),
    raw: nullable(binary),
    tags: nullable(list(nullable(utf8))),
    place: nullable(struct({ lat: float64, name: nullable(utf8) })),
    lines: nullable(
      list(nullable(struct({ n: nullable(int64), at: nullable(timestamp), more: nullable(list(int32)) }))),
    ),
  };

  const full = {
    text: 'naïve 🦆\u0000',
    whole: -2147483648,
    long: 9223372036854775807n,
    real: -0.1,
    ...(decimals ? exactNumbers : {}),
    flag: true,
    at: new Date(1234567890123),
    raw: Uint8Array.of(0, 255, 128),
    tags: ['a', null, ''],
    place: { lat: 1.5, name: null },
    lines: [{ n: -1n, at: new Date(0), more: [] }, null, { n: null, at: null, more: [1, 2] }],
  };
  const empty = Object.fromEntries(Object.keys(every).map((name) => [name, null]));

  describe('every kind', () => {
    const rows = [full, empty, { ...full, tags: [], lines: [], flag: false, at: new Date(-62135596800000) }, full];

    test('is read back as it was written', async () => {
      expect(await readBack(every, await codec.write(every, [fileBatch(every, rows)]))).toEqual(rows);
    });

    test('is read back where all is null, and where there is no row', async () => {
      expect(await readBack(every, await codec.write(every, [fileBatch(every, [empty, empty])]))).toEqual([
        empty,
        empty,
      ]);
      expect(await readBack(every, await codec.write(every, [fileBatch(every, [])]))).toEqual([]);
      expect(await readBack(every, await codec.write(every, []))).toEqual([]);
    });

    test('is the same to a foreign reader', async () => {
      const bytes = await codec.write(every, [fileBatch(every, rows.slice(0, 2))]);
      const select = `text, whole, long, real, ${decimals ? 'exact, small,' : ''} flag, epoch_ms("at") AS ms, hex(raw) AS raw, tags, place, lines[1].n AS n, lines[3].more AS more`; // prettier-ignore
      expect(await foreignRows(bytes, select)).toEqual([
        { text: full.text, whole: full.whole, long: '9223372036854775807', real: -0.1, ...(decimals ? exactNumbers : {}), flag: true, ms: '1234567890123', raw: '00FF80', tags: ['a', null, ''], place: { lat: 1.5, name: null }, n: '-1', more: [1, 2] }, // prettier-ignore
        { text: null, whole: null, long: null, real: null, ...(decimals ? { exact: null, small: null } : {}), flag: null, ms: null, raw: null, tags: null, place: null, n: null, more: null }, // prettier-ignore
      ]);
    });

    test('is read back when rows come in batches, sliced anywhere', async () => {
      const many = Array.from({ length: 41 }, (_, i) => ({
        ...(i % 3 === 0 ? empty : full),
        whole: i,
        flag: i % 5 > 2,
      }));
      const batches = [many.slice(0, 7), many.slice(7, 30), many.slice(30)].map((part) => fileBatch(every, part));
      expect(await readBack(every, await codec.write(every, batches))).toEqual(many);
      const whole = joinBatches(every, batches);
      for (const [from, to] of [
        [0, 41],
        [3, 20],
        [8, 41],
        [13, 14],
        [41, 41],
      ] as const) {
        expect(rowsOfBatch(every, sliceBatch(whole, from, to))).toEqual(many.slice(from, to));
      }
      expect(await readBack(every, await codec.write(every, [sliceBatch(whole, 5, 30)]))).toEqual(many.slice(5, 30));
    });

    test('numbers that are none, and whole ones that no double holds', async () => {
      const fields = { real: float64, long: int64 };
      const rows = [NaN, Infinity, -Infinity, -0].map((real, i) => ({ real, long: -9223372036854775808n + BigInt(i) }));
      const bytes = await codec.write(fields, [fileBatch(fields, rows)]);
      expect(await readBack(fields, bytes)).toEqual(rows);
      expect(await foreignRows(bytes, 'max(long) AS most, count(*) FILTER (isnan(real)) AS nans')).toEqual([
        { most: '-9223372036854775805', nans: '1' },
      ]);
    });

    test('bytes that are no Parquet, or less of it, are a failure', async () => {
      const bytes = await codec.write(every, [fileBatch(every, rows)]);
      for (const broken of [bytes.subarray(0, bytes.length - 1), bytes.subarray(100), new Uint8Array(20)]) {
        await expect(codec.open(uncheckedBytes(broken))).rejects.toBeInstanceOf(Error);
      }
    });

    test('times beyond the exact range of a double in microseconds keep their milliseconds', async () => {
      const fields = { at: timestamp };
      const times = [8.64e15, -8.64e15, 9007199254740, 9007199254741, -9007199254741, -1, 1].map((ms) => ({
        at: new Date(ms),
      }));
      expect(await readBack(fields, await codec.write(fields, [fileBatch(fields, times)]))).toEqual(times);
    });
  });

  describe('case 30: no rows', () => {
    test('30a: no row group, an empty one, and two rows make two rows', async () => {
      const fields = { id: nullable(int32), name: nullable(utf8) };
      const two = [{ id: 1, name: 'x' }, { id: 2, name: null }]; // prettier-ignore
      const table = [await codec.write(fields, []), emptyGroup, await codec.write(fields, [fileBatch(fields, two)])];
      const rows = [];
      for (const bytes of table) rows.push(...(await readBack(fields, bytes)));
      expect(rows).toEqual(two);
      expect(await foreignRows(table[0]!)).toEqual([]);
    });
  });

  describe('case 31: levels, runs and dictionaries', () => {
    test('31a: a null list, an empty one and a list of null are three things', async () => {
      const fields = { l: nullable(list(nullable(int64))) };
      const rows = [{ l: [1n, 2n, 3n] }, { l: null }, { l: [null] }, { l: [] }];
      const bytes = await codec.write(fields, [fileBatch(fields, rows)]);
      expect(await readBack(fields, bytes)).toEqual(rows);
      expect(await foreignRows(bytes, 'l, len(l) AS n')).toEqual([
        { l: ['1', '2', '3'], n: '3' },
        { l: null, n: null },
        { l: [null], n: '1' },
        { l: [], n: '0' },
      ]);
    });

    test('31b: runs of booleans, and a text column of only nulls', async () => {
      const fields = { b: bool, s: nullable(utf8) };
      const rows = [true, false, true].map((b) => ({ b, s: null }));
      const bytes = await codec.write(fields, [fileBatch(fields, rows)]);
      expect(await readBack(fields, bytes)).toEqual(rows);
      expect(await foreignRows(bytes)).toEqual(rows);
    });

    test('31c: a dictionary that is given up on the way', async () => {
      const fields = { s: utf8 };
      const texts = Array.from({ length: 110_000 }, (_, i) => (i < 10_000 ? 'x' : `text number ${i}`));
      const plain = fileBatch(fields, texts.map((s) => ({ s }))); // prettier-ignore
      const entries = fileBatch(fields, ['x', ...texts.slice(10_000)].map((s) => ({ s }))); // prettier-ignore
      const codes = Int32Array.from(texts, (_, i) => Math.max(0, i - 9_999));
      const dictionary = { layout: 'dictionary', codes, dictionary: entries.columns['s'], validity: undefined };
      for (const batch of [plain, { length: 110_000, columns: { s: dictionary } } as FileBatch]) {
        const bytes = await codec.write(fields, [batch]);
        expect((await readBack(fields, bytes)).map(({ s }) => s).join('|')).toBe(texts.join('|'));
        const sum = createHash('md5').update(texts.join('|')).digest('hex');
        expect(await foreignRows(bytes, "md5(string_agg(s, '|' ORDER BY file_row_number)) AS sum")).toEqual([{ sum }]);
      }
    }, 60_000);

    test('a list of structs with nulls inside', async () => {
      const fields = { l: list(struct({ a: nullable(int32), b: nullable(utf8) })) };
      const rows = [{ l: [{ a: 1, b: null }, { a: null, b: 'z' }] }]; // prettier-ignore
      const bytes = await codec.write(fields, [fileBatch(fields, rows)]);
      expect(await readBack(fields, bytes)).toEqual(rows);
      expect(await foreignRows(bytes)).toEqual(rows);
    });

    test('few distinct texts stay a dictionary, and ids do not become one', async () => {
      const fields = { category: utf8, id: utf8 };
      const rows = Array.from({ length: 1000 }, (_, i) => ({ category: `c${i % 5}`, id: `id-${i}` }));
      const bytes = await codec.write(fields, [fileBatch(fields, rows)]);
      const file = await codec.open(uncheckedBytes(bytes));
      const { columns } = await file.read(0, fields);
      expect([columns['category']!.layout, columns['id']!.layout]).toEqual(['dictionary', 'bytes']);
    });
  });

  describe('case 33: other types than the reader knows', () => {
    const table = { id: int64, a: nullable(utf8), b: nullable(float64) };

    test('33a: a file of narrower numbers and one of other columns, each by its own mapping', async () => {
      const one = { id: int32, a: utf8 };
      const two = { id: int64, b: float64 };
      const first = await codec.write(one, [fileBatch(one, [{ id: 1, a: 'x' }])]);
      const second = await codec.write(two, [fileBatch(two, [{ id: 9007199254740993n, b: 2.5 }])]);
      const rowOne = { id: 1n, a: 'x', b: null };
      const rowTwo = { id: 9007199254740993n, a: null, b: 2.5 };
      expect([...(await readBack(table, first)), ...(await readBack(table, second))]).toEqual([rowOne, rowTwo]);
      expect([...(await readBack(table, second)), ...(await readBack(table, first))]).toEqual([rowTwo, rowOne]);
      expect(await readBack({ other: nullable(bool) }, first)).toEqual([{ other: null }]);
    });

    test.each(mismatches.filter(([, written]) => decimals || written.kind !== 'decimal'))(
      '33b, c: %s is refused, never changed',
      async (_, written, value, wanted) => {
        const bytes = await codec.write({ a: written }, [fileBatch({ a: written }, [{ a: value }])]);
        const file = await codec.open(uncheckedBytes(bytes));
        const refusal = file.read(0, { a: wanted });
        await expect(refusal).rejects.toMatchObject({ name: 'FieldMismatch', field: 'a', wanted });
      },
    );
  });
});

describe('parquetjs-lite refuses what it would not read or write as it is', () => {
  const fields = { a: nullable(utf8) };
  const limits: readonly [string, Fields, FileBatch][] = [
    ['cannot read zstd', fields, fileBatch(fields, [{ a: 'x' }])],
    ['cannot read decimals', { d: decimal(10, 2) }, fileBatch({ d: decimal(10, 2) }, [{ d: '1.00' }])],
  ];
  test.each(limits)('%s', async (message, written, batch) => {
    const bytes = await (await loadParquetCodec('parquet-wasm')).write(written, [batch]);
    const lite = await loadParquetCodec('parquetjs-lite');
    await expect(lite.open(uncheckedBytes(bytes))).rejects.toMatchObject({ name: 'CodecLimit', message });
  });

  test('cannot read dictionaries', async () => {
    const path = join(folder, 'dictionary.parquet');
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    await connection.run(
      `COPY (SELECT 'c' || (i % 3) AS a FROM range(1000) r(i)) TO '${path}' (FORMAT parquet, COMPRESSION snappy)`,
    );
    connection.closeSync();
    const lite = await loadParquetCodec('parquetjs-lite');
    const refusal = lite.open(uncheckedBytes(await readFile(path)));
    await expect(refusal).rejects.toMatchObject({ name: 'CodecLimit', message: 'cannot read dictionaries' });
  });

  test('cannot write decimals, wherever they stand', async () => {
    const lite = await loadParquetCodec('parquetjs-lite');
    const inside = list(struct({ price: nullable(decimal(10, 2)) }));
    expect([lite.limit('a', decimal(4, 2)), lite.limit('a', inside)]).toEqual([
      'cannot write decimals',
      'cannot write decimals',
    ]);
    expect(Object.entries(everyBut).map(([name, type]) => lite.limit(name, type))).toEqual(
      Object.values(everyBut).map(() => undefined),
    );
  });
});

const everyBut = {
  utf8,
  int32,
  int64,
  float64,
  bool,
  timestamp,
  binary,
  texts: list(utf8),
  place: struct({ lat: float64 }),
};
