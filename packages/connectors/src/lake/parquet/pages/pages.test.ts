import { binary, bool, decimal, type Fields, float64, int32, int64, list, nullable, struct, timestamp, utf8 } from '@millrace/core'; // prettier-ignore
import { fcOptions } from '@millrace/core/testing';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableToIPC } from 'apache-arrow';
import fc from 'fast-check';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as wasm from 'parquet-wasm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockSums, checkedBytes, uncheckedBytes } from '../checked-bytes.js';
import type { CodecName, FileBytes } from '../codec.js';
import { fileBatch, rowsOfFile } from '../file-rows.test.js';
import { loadParquetCodec } from '../load-codec.js';
import { arrowSchemaBy, openByLibrary } from '../parquet-wasm.js';
import { arrowTable } from '../to-arrow.js';
import { type Decompressors, loadDecompressors } from './decompress.js';
import { readFooter } from './footer.js';
import { readColumns } from './paged-file.js';

type Rows = readonly { readonly [name: string]: unknown }[];

let folder: string;
let decompressors: Decompressors;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-pages-'));
  decompressors = await loadDecompressors();
});
afterAll(() => rm(folder, { recursive: true }));

const flat = {
  few: nullable(utf8),
  many: nullable(utf8),
  small: nullable(int32),
  big: nullable(int64),
  real: nullable(float64),
  flag: nullable(bool),
  at: nullable(timestamp),
  raw: nullable(binary),
};
const decimals = {
  exact9: nullable(decimal(9, 2)),
  exact18: nullable(decimal(18, 4)),
  exact30: nullable(decimal(30, 5)),
};
const nested = { tags: nullable(list(nullable(utf8))), place: nullable(struct({ lat: nullable(float64) })) };

/** What a value of a column is in row `i`, of which there are few distinct ones or as many as rows. */
const values: { readonly [name: string]: (i: number) => unknown } = {
  few: (i) => ['', 'ü', 'finance', 'home-decor', 'a 🦆'][i % 5],
  many: (i) => `text ${i * 7919} ${'ß'.repeat(i % 40)}`,
  // Of both a few bits are left over: DuckDB writes deltas of 33 and 65 bits else, which the library refuses.
  small: (i) => (i % 2 === 0 ? i : -i * 1009),
  big: (i) => BigInt.asIntN(62, BigInt(i) * 9_007_199_254_740_993n * 97n),
  real: (i) => (i % 11 === 0 ? i / 7 : -i * 1e-9),
  flag: (i) => i % 3 === 0,
  at: (i) => new Date(i % 2 === 0 ? i * 86_399_999 : -i * 1234),
  raw: (i) => Uint8Array.from({ length: i % 9 }, (_, at) => (i + at) * 83),
  exact9: (i) => fixedText((i * 7) % 999_999_999, 2, i % 2 === 0),
  exact18: (i) => fixedText(i * 1_234_567, 4, i % 3 === 0),
  exact30: (i) => `${i % 2 === 0 ? '-' : ''}${1 + i}0000000000000000.${String(i % 100_000).padStart(5, '0')}`,
  tags: (i) => Array.from({ length: i % 4 }, (_, at) => (at === 2 ? null : `t${at}`)),
  place: (i) => ({ lat: i % 2 === 0 ? i : null }),
};

function fixedText(digits: number, scale: number, isNegative: boolean): string {
  const text = String(digits).padStart(scale + 1, '0');
  return `${isNegative && digits > 0 ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

const nullPatterns = ['none', 'all', 'runs', 'scattered', 'all but the last'] as const;

interface Shape {
  readonly rows: number;
  readonly distinct: number;
  readonly nulls: readonly (typeof nullPatterns)[number][];
}

const shapes = fc.record<Shape>({
  rows: fc.oneof(fc.constantFrom(1, 7, 8, 9), fc.integer({ min: 1, max: 3000 })),
  distinct: fc.constantFrom(1, 2, 3, 40, 300, 1_000_000),
  nulls: fc.array(fc.constantFrom(...nullPatterns), { minLength: 13, maxLength: 13 }),
});

function rowsOfShape(fields: Fields, { rows, distinct, nulls }: Shape): Rows {
  const isNull = (pattern: string, i: number): boolean => {
    if (pattern === 'runs') return Math.floor(i / 37) % 2 === 0;
    if (pattern === 'scattered') return (i * 2_654_435_761) % 7 < 3;
    return pattern === 'all' || (pattern === 'all but the last' && i < rows - 1);
  };
  return Array.from({ length: rows }, (_, i) =>
    Object.fromEntries(
      Object.keys(fields).map((name, at) => [name, isNull(nulls[at]!, i) ? null : values[name]!((i * 31) % distinct)]),
    ),
  );
}

/** The rows of a file by the library alone, and by the codec; and the columns that the codec has read without the library. */
async function readBothWays(fields: Fields, bytes: Uint8Array) {
  const input = checkedBytes(bytes.length, blockSums(bytes), async (start, end) => bytes.slice(start, end));
  const codec = await loadParquetCodec();
  const library = await rowsOfFile(fields, await openByLibrary(wasm, uncheckedBytes(bytes)));
  const paged = await rowsOfFile(fields, await codec.open(input));
  const unchecked = await rowsOfFile(fields, await codec.open(uncheckedBytes(bytes)));
  return { library, paged, unchecked, own: await ownColumns(fields, input) };
}

async function ownColumns(fields: Fields, input: FileBytes): Promise<string[]> {
  const footer = await readFooter(input, arrowSchemaBy(wasm));
  const names = new Set<string>(Object.keys(fields));
  for (let group = 0; group < footer.groups.length; group++) {
    const columns = await readColumns(input, footer, decompressors, group, fields);
    for (const name of names) if (!columns.has(name)) names.delete(name);
  }
  return [...names];
}

let files = 0;
const sqlTypes: { readonly [name: string]: string } = {
  few: 'VARCHAR', many: 'VARCHAR', small: 'INTEGER', big: 'BIGINT', real: 'DOUBLE', flag: 'BOOLEAN', at: 'TIMESTAMP',
  exact9: 'DECIMAL(9,2)', exact18: 'DECIMAL(18,4)', exact30: 'DECIMAL(30,5)', tags: 'VARCHAR[]', place: 'STRUCT(lat DOUBLE)',
}; // prettier-ignore

async function byDuckDb(rows: Rows, options: string): Promise<Uint8Array> {
  const path = join(folder, `${files++}`);
  const text = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
    if (value instanceof Date) return value.toISOString().replace('Z', '');
    return typeof value === 'bigint' || typeof value === 'number' ? String(value) : value;
  };
  const lines = rows.map((row) =>
    JSON.stringify(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)]))),
  );
  await writeFile(`${path}.json`, lines.join('\n'));
  const names = Object.keys(rows[0]!);
  const read = names.map((name) => `"${name}": '${name in nested ? sqlTypes[name] : 'VARCHAR'}'`); // prettier-ignore
  const select = names.map((name) => (name === 'raw' ? 'unhex(raw) AS raw' : `CAST("${name}" AS ${sqlTypes[name]}) AS "${name}"`)); // prettier-ignore
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await connection.run(
    `COPY (SELECT ${select.join(', ')} FROM read_json('${path}.json', format='newline_delimited', columns={${read.join(', ')}})) TO '${path}.parquet' (FORMAT parquet, ${options})`, // prettier-ignore
  );
  connection.closeSync();
  return readFile(`${path}.parquet`);
}

type Properties = (builder: wasm.WriterPropertiesBuilder) => wasm.WriterPropertiesBuilder;

function byWasm(fields: Fields, rows: Rows, properties: Properties): Uint8Array {
  const table = wasm.Table.fromIPCStream(tableToIPC(arrowTable(fields, fileBatch(fields, rows)), 'stream'));
  return wasm.writeParquet(table, properties(new wasm.WriterPropertiesBuilder()).build());
}

async function byCodec(codec: CodecName, fields: Fields, rows: Rows): Promise<Uint8Array> {
  return (await loadParquetCodec(codec)).write(fields, [fileBatch(fields, rows)]);
}

const compressions = ['UNCOMPRESSED', 'SNAPPY', 'ZSTD', 'GZIP', 'LZ4_RAW', 'BROTLI'] as const;
const isOwnCompression = (name: string): boolean => ['UNCOMPRESSED', 'SNAPPY', 'ZSTD'].includes(name);

describe('pages that are read here are what the library reads, and what was written', () => {
  const every = { ...flat, ...decimals, ...nested };

  const duckDbOptions = fc.record({
    compression: fc.constantFrom('uncompressed', 'snappy', 'zstd', 'gzip', 'lz4_raw', 'brotli'),
    version: fc.constantFrom('V1', 'V2'),
    dictionary: fc.constantFrom(1, 100, 1_000_000),
    group: fc.constantFrom(2048, 122_880),
  });
  test('of DuckDB', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, duckDbOptions, async (shape, { compression, version, dictionary, group }) => {
        const rows = rowsOfShape(every, shape);
        const options = `COMPRESSION ${compression}, PARQUET_VERSION ${version}, DICTIONARY_SIZE_LIMIT ${dictionary}, ROW_GROUP_SIZE ${group}`; // prettier-ignore
        const { library, paged, unchecked, own } = await readBothWays(every, await byDuckDb(rows, options));
        expect(paged).toEqual(rows);
        expect([library, unchecked]).toEqual([rows, rows]);
        const isOwn = isOwnCompression(compression.toUpperCase());
        if (version === 'V1') expect(own).toEqual(isOwn ? Object.keys({ ...flat, ...decimals }) : []);
      }),
      fcOptions(40),
    );
  }, 120_000);

  const wasmOptions = fc.record({
    compression: fc.constantFrom(...compressions),
    version: fc.constantFrom(wasm.WriterVersion.V1, wasm.WriterVersion.V2),
    dictionary: fc.boolean(),
    dictionaryBytes: fc.constantFrom(200, 1_000_000),
    pageBytes: fc.constantFrom(100, 1_000_000),
    batch: fc.constantFrom(16, 1024),
    group: fc.constantFrom(100, 65_536),
  });
  test('of parquet-wasm', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, wasmOptions, async (shape, options) => {
        const rows = rowsOfShape(every, shape);
        const bytes = byWasm(every, rows, (builder) =>
          builder
            .setCompression(wasm.Compression[options.compression])
            .setWriterVersion(options.version)
            .setDictionaryEnabled(options.dictionary)
            .setDictionaryPageSizeLimit(options.dictionaryBytes)
            .setDataPageSizeLimit(options.pageBytes)
            .setWriteBatchSize(options.batch)
            .setMaxRowGroupSize(options.group),
        );
        const { library, paged, unchecked, own } = await readBothWays(every, bytes);
        expect(paged).toEqual(rows);
        expect([library, unchecked]).toEqual([rows, rows]);
        const isOwn = isOwnCompression(options.compression);
        if (!isOwn) expect(own).toEqual([]);
        // The second version leaves plain values for deltas.
        else if (options.version === wasm.WriterVersion.V1) expect(own).toEqual(Object.keys({ ...flat, ...decimals }));
      }),
      fcOptions(60),
    );
  }, 120_000);

  test('of parquetjs-lite, and of the lake itself', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const fields = { ...flat, ...nested };
        const rows = rowsOfShape(fields, shape);
        for (const codec of ['parquetjs-lite', 'parquet-wasm'] as const) {
          const { library, paged, unchecked, own } = await readBothWays(fields, await byCodec(codec, fields, rows));
          expect(paged).toEqual(rows);
          expect([library, unchecked]).toEqual([rows, rows]);
          if (codec === 'parquet-wasm') expect(own).toEqual(Object.keys(flat));
        }
      }),
      fcOptions(20),
    );
  }, 120_000);
});
