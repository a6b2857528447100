import { bool, int32, list, nullable, schema, utf8 } from '@millrace/core';
import { columnsOf } from '@millrace/core/connector';
import { fcOptions } from '@millrace/core/testing';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableToIPC } from 'apache-arrow';
import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as wasm from 'parquet-wasm';
import { describe, expect, onTestFinished, test } from 'vitest';
import { blockSums, checkedBytes, uncheckedBytes } from './checked-bytes.js';
import type { CodecName, FileBytes } from './codec.js';
import { rowsOfBatch } from './file-rows.test.js';
import { loadParquetCodec } from './load-codec.js';
import { arrowTable } from './to-arrow.js';

// Case 31b: files of another program, whose pages are of version 2. Both were written by pyarrow 26.0.1, as
// `pq.write_table(t, path, data_page_version='2.0', compression='snappy', use_dictionary=False, store_schema=False,
// write_statistics=False, column_encoding={'b': e, 'o': e, 's': 'PLAIN', 'l.list.element': 'PLAIN'})`, once with e = 'RLE'
// and once with e = 'PLAIN'.

// prettier-ignore
const runs = Buffer.from('UEFSMRUGFQwVDFwVBhUAFQYVBhUAFQASHAAAAAIAAAADBRUGFRAVEFwVBhUCFQYVBhUEFQASHAAAAAMFAgAAAAMBFQYVBBUEXBUGFQYVBhUAFQQVABIcAAAABgAVBhUSFRJcFQgVBhUGFQAVBhUEEhwAAAADAgNLAAEAAAAVBBl8NQAYBnNjaGVtYRUIABUAJQAYAWIAFQAlAhgBbwAVDCUCGAFzJQBMHAAAADUCGAFsFQIVBkw8AAAANQQYBGxpc3QVAgAVAiUCGAdlbGVtZW50ABYGGRwZTCYAHBUAGRUGGRgBYhUCFgYWPBY8JghJHBUAFQYVAgAAACYAHBUAGRUGGRgBbxUCFgYWQBZAJkRJHBUAFQYVAgA8KQYZJgIEAAAAJgAcFQwZJQYAGRgBcxUCFgYWNBY0JoQBSRwVABUAFQIAPBYAGQYZJgYAAAAAJgAcFQIZJQYAGTgBbARsaXN0B2VsZW1lbnQVAhYIFkIWQia4AUkcFQAVABUCADwpJgYCGUYCAgICAAAAFvIBFgYmCBbyAQAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGUwcAAAcAAAcAAAcAAAASwEAAFBBUjE=', 'base64');
// prettier-ignore
const plain = Buffer.from('UEFSMRUGFQIVAlwVBhUAFQYVABUAFQASHAAAAAUVBhUGFQZcFQYVAhUGFQAVBBUAEhwAAAADBQEVBhUEFQRcFQYVBhUGFQAVBBUAEhwAAAAGABUGFRIVElwVCBUGFQYVABUGFQQSHAAAAAMCA0sAAQAAABUEGXw1ABgGc2NoZW1hFQgAFQAlABgBYgAVACUCGAFvABUMJQIYAXMlAEwcAAAANQIYAWwVAhUGTDwAAAA1BBgEbGlzdBUCABUCJQIYB2VsZW1lbnQAFgYZHBlMJgAcFQAZJQYAGRgBYhUCFgYWMhYyJghJHBUAFQAVAgAAACYAHBUAGSUGABkYAW8VAhYGFjYWNiY6SRwVABUAFQIAPCkGGSYCBAAAACYAHBUMGSUGABkYAXMVAhYGFjQWNCZwSRwVABUAFQIAPBYAGQYZJgYAAAAAJgAcFQIZJQYAGTgBbARsaXN0B2VsZW1lbnQVAhYIFkIWQiakAUkcFQAVABUCADwpJgYCGUYCAgICAAAAFt4BFgYmCBbeAQAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGUwcAAAcAAAcAAAcAAAATAEAAFBBUjE=', 'base64');

const fields = { b: bool, o: nullable(bool), s: nullable(utf8), l: nullable(list(nullable(int32))) };
const rows = [
  { b: true, o: true, s: null, l: [1, null] },
  { b: false, o: null, s: null, l: null },
  { b: true, o: false, s: null, l: [] },
];

const checked = (bytes: Uint8Array): FileBytes =>
  checkedBytes(bytes.length, blockSums(bytes), async (start, end) => bytes.slice(start, end));

async function rowsBy(name: CodecName, bytes: FileBytes): Promise<unknown[]> {
  const file = await (await loadParquetCodec(name)).open(bytes);
  const batch = await file.read(0, fields);
  file.close();
  return rowsOfBatch(fields, batch);
}

describe.each([
  ['runs', runs],
  ['plain values', plain],
])('booleans as %s', (_, bytes) => {
  test('the fixture is what it is said to be', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-pages-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'a.parquet');
    await writeFile(path, bytes);
    const connection = await (await DuckDBInstance.create()).connect();
    const encodings = await connection.runAndReadAll(`SELECT encodings AS e FROM parquet_metadata('${path}')`);
    const read = await connection.runAndReadAll(`SELECT * FROM '${path}'`);
    connection.closeSync();
    expect(read.getRowObjectsJson()).toEqual(rows);
    expect(encodings.getRowObjectsJson()[0]).toEqual({ e: bytes === runs ? 'RLE' : 'RLE, PLAIN' });
  });

  test.each(['parquet-wasm', 'parquetjs-lite'] as const)('%s reads them', async (name) => {
    expect(await rowsBy(name, checked(bytes))).toEqual(rows);
    expect(await rowsBy(name, uncheckedBytes(bytes))).toEqual(rows);
  });
});

test('parquetjs-lite reads runs of booleans of any length, and refuses what else is new in version 2', async () => {
  const { fields: two } = schema({ b: nullable(bool), n: int32 });
  const pages = fc.array(fc.tuple(fc.option(fc.boolean()), fc.integer({ min: 1, max: 300 })), { minLength: 1, maxLength: 20 }); // prettier-ignore
  const written = (values: readonly (boolean | null)[], encoding: wasm.Encoding): Uint8Array => {
    const batch = { length: values.length, columns: columnsOf(two, values.map((b, n) => ({ b, n }))) }; // prettier-ignore
    const properties = new wasm.WriterPropertiesBuilder()
      .setWriterVersion(wasm.WriterVersion.V2)
      .setCompression(wasm.Compression.SNAPPY)
      .setDictionaryEnabled(false)
      .setColumnEncoding('n', encoding);
    const table = wasm.Table.fromIPCStream(tableToIPC(arrowTable(two, batch), 'stream'));
    return wasm.writeParquet(table, properties.build());
  };
  const lite = await loadParquetCodec('parquetjs-lite');
  await fc.assert(
    fc.asyncProperty(pages, async (runs) => {
      const values = runs.flatMap(([value, times]) => Array<boolean | null>(times).fill(value));
      const file = await lite.open(uncheckedBytes(written(values, wasm.Encoding.PLAIN)));
      expect(rowsOfBatch(two, await file.read(0, two))).toEqual(values.map((b, n) => ({ b, n })));
    }),
    fcOptions(50),
  );
  const refused = lite.open(uncheckedBytes(written([true], wasm.Encoding.DELTA_BINARY_PACKED)));
  await expect(refused).rejects.toMatchObject({ name: 'CodecLimit', message: 'cannot read differences of numbers' });
});
