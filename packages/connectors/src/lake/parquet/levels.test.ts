import { int64, list, nullable } from '@millrace/core';
import { columnsOf } from '@millrace/core/connector';
import { decompress } from '@mongodb-js/zstd';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { loadParquetCodec } from './load-codec.js';

// Case 31a: what a list looks like in a file, below what any reader makes of it. The package that brings no types also
// knows how a page begins and how levels are packed.

interface PageHeader {
  readonly type: number;
  readonly compressed_page_size: number;
  readonly data_page_header: { readonly num_values: number };
}

interface Chunk {
  readonly meta_data: {
    readonly codec: number;
    readonly data_page_offset: { valueOf(): number };
  };
}

const inside = createRequire(import.meta.url);
const { decodeThrift } = inside('parquetjs-lite/lib/util.js') as { decodeThrift(into: object, bytes: Buffer): number };
const { FileMetaData, PageHeader } = inside('parquetjs-lite/gen-nodejs/parquet_types.js') as {
  FileMetaData: new () => { readonly row_groups: readonly { readonly columns: readonly Chunk[] }[] };
  PageHeader: new () => PageHeader;
};
const { inflate } = inside('parquetjs-lite/lib/compression.js') as { inflate(method: string, bytes: Buffer): Buffer };
const runs = inside('parquetjs-lite/lib/codec/rle.js') as {
  decodeValues(type: 'INT32', cursor: { buffer: Buffer; offset: number }, count: number, options: object): number[];
};
const inflaters: { readonly [codec: number]: (body: Buffer) => Buffer | Promise<Buffer> } = {
  1: (body) => inflate('SNAPPY', body),
  6: decompress,
};

/** The repetition and definition levels of the first page of a file's only column. */
async function levelsIn(
  written: Uint8Array,
): Promise<{ readonly repetition: number[]; readonly definition: number[] }> {
  const bytes = Buffer.from(written);
  const footer = bytes.subarray(bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8), bytes.length - 8);
  const metadata = new FileMetaData();
  decodeThrift(metadata, footer);
  const { meta_data: chunk } = metadata.row_groups[0]!.columns[0]!;
  const page = bytes.subarray(Number(chunk.data_page_offset));
  const header = new PageHeader();
  const length = decodeThrift(header, page);
  expect([header.type, header.data_page_header.num_values]).toEqual([0, 6]);
  const body = await inflaters[chunk.codec]!(page.subarray(length, length + header.compressed_page_size));
  const size = body.readUInt32LE(0);
  const levels = (width: number, offset: number): number[] =>
    runs.decodeValues('INT32', { buffer: body, offset }, 6, { bitWidth: width });
  return { repetition: levels(1, 0), definition: levels(2, 4 + size) };
}

test.each(['parquet-wasm', 'parquetjs-lite'] as const)('31a: the levels that %s writes', async (name) => {
  const fields = { l: nullable(list(nullable(int64))) };
  const rows = [{ l: [1n, 2n, 3n] }, { l: null }, { l: [null] }, { l: [] }];
  const codec = await loadParquetCodec(name);
  const bytes = await codec.write(fields, [{ length: rows.length, columns: columnsOf(fields, rows) }]);
  expect(await levelsIn(bytes)).toEqual({ repetition: [0, 1, 1, 0, 0, 0], definition: [3, 3, 3, 0, 2, 1] });
});
