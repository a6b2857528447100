import { bool, type Fields, float64, int64, nullable, timestamp, utf8 } from '@millrace/core';
import { columnsOf } from '@millrace/core/connector';
import { fcOptions } from '@millrace/core/testing';
import { tableToIPC } from 'apache-arrow';
import fc from 'fast-check';
import * as wasm from 'parquet-wasm';
import { expect, test } from 'vitest';
import { uncheckedBytes } from '../checked-bytes.js';
import type { ParquetFile } from '../codec.js';
import { rowsOfFile } from '../file-rows.test.js';
import { arrowSchemaBy, openByLibrary, parquetWasmCodec } from '../parquet-wasm.js';
import { arrowTable } from '../to-arrow.js';
import { loadDecompressors } from './decompress.js';
import { readFooter } from './footer.js';

const fields = {
  id: utf8,
  category: nullable(utf8),
  big: nullable(int64),
  real: nullable(float64),
  flag: nullable(bool),
  at: timestamp,
};

function fileOf(compression: wasm.Compression, version: wasm.WriterVersion): Uint8Array {
  const rows = Array.from({ length: 300 }, (_, i) => ({
    id: `id-${i * 7919}`,
    category: i % 9 < 2 ? null : `c${i % 5}`,
    big: i % 4 === 0 ? null : BigInt(i) << 40n,
    real: i < 100 ? null : i / 3,
    flag: i % 5 === 0 ? null : i % 2 === 0,
    at: new Date(i * 1000),
  }));
  const batch = { length: rows.length, columns: columnsOf(fields, rows) };
  const table = wasm.Table.fromIPCStream(tableToIPC(arrowTable(fields, batch), 'stream'));
  const properties = new wasm.WriterPropertiesBuilder()
    .setCompression(compression)
    .setWriterVersion(version)
    .setEncoding(wasm.Encoding.PLAIN)
    .setDataPageSizeLimit(500)
    .setWriteBatchSize(50)
    .setColumnDictionaryEnabled('id', false)
    .setStatisticsEnabled(wasm.EnabledStatistics.None);
  return wasm.writeParquet(table, properties.build());
}

async function rowsOf(file: Promise<ParquetFile>, wanted: Fields): Promise<string> {
  const rows = await rowsOfFile(wanted, await file);
  return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

const { UNCOMPRESSED, SNAPPY, ZSTD } = wasm.Compression;

// Bytes that nobody vouches for: without checksums a changed value is as good as another, but not one that only one of the two
// readers takes for a value. A header that only the library minds is none.
test.each([
  ['uncompressed', UNCOMPRESSED, wasm.WriterVersion.V1],
  ['uncompressed, of the second version', UNCOMPRESSED, wasm.WriterVersion.V2],
  ['snappy', SNAPPY, wasm.WriterVersion.V1],
  ['zstd, of the second version', ZSTD, wasm.WriterVersion.V2],
] as const)(
  'a page with a changed byte is broken to both readers, or holds the same: %s',
  async (_, compression, version) => {
    const bytes = fileOf(compression, version);
    const codec = parquetWasmCodec(wasm, await loadDecompressors());
    const footer = await readFooter(uncheckedBytes(bytes), arrowSchemaBy(wasm));
    const ends = Array.from(footer.columns.values(), (leaf) => footer.chunkOf(0, leaf!)!.end);
    const outcome = (work: Promise<string>): Promise<string> =>
      work.catch((error: unknown) => {
        expect(error).toBeInstanceOf(Error);
        return 'failed';
      });
    const unbroken = await rowsOf(codec.open(uncheckedBytes(bytes)), fields);
    const change = fc.record({ at: fc.nat(Math.max(...ends) - 1), by: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, by }) => {
        const broken = bytes.slice();
        broken[at]! ^= by;
        const library = await outcome(rowsOf(openByLibrary(wasm, uncheckedBytes(broken)), fields));
        const paged = await outcome(rowsOf(codec.open(uncheckedBytes(broken)), fields));
        if (library !== 'failed' || paged !== unbroken) expect(paged).toBe(library);
      }),
      fcOptions(400),
    );
  },
  120_000,
);

test('any number of changed bytes, wherever they are, gives rows or an error', async () => {
  const bytes = fileOf(SNAPPY, wasm.WriterVersion.V2);
  const codec = parquetWasmCodec(wasm, await loadDecompressors());
  const change = fc.record({ at: fc.nat(bytes.length - 1), by: fc.integer({ min: 1, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 40 }), async (changes) => {
      const broken = bytes.slice();
      for (const { at, by } of changes) broken[at]! ^= by;
      await rowsOf(codec.open(uncheckedBytes(broken)), fields).catch((error: unknown) => {
        expect(error).toBeInstanceOf(Error);
      });
    }),
    fcOptions(300),
  );
}, 120_000);
