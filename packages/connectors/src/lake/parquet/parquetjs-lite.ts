import type { ColumnType, Fields } from '@millrace/core';
import { type Batch, columnsOf, rowReader } from '@millrace/core/connector';
import type { Library, Metadata, Node, Schema } from './parquetjs-library.js';
import { CodecLimit, type FileBatch, type FileBytes, type ParquetCodec, type ParquetFile } from './codec.js';
import { nullColumn, sliceBatch } from './file-batch.js';
import { declarations, type ExactValues, own, recordOf, type Taker, takerOf } from './parquetjs-rows.js';

/** Rows of a row group; they are objects while they are written or read. */
const groupRows = 16_384;

/**
 * The codec on top of the package `parquetjs-lite`, which is JavaScript alone: snappy, no statistics. It reads its own
 * files and those of others that use neither zstd nor dictionaries nor decimals: what the library would misread is
 * refused before.
 */
export function parquetJsCodec(library: Library): ParquetCodec {
  return {
    limit: limitOf,
    write: (fields, batches) => write(library, fields, batches),
    open: (bytes) => open(library, bytes),
  };
}

function limitOf(name: string, type: ColumnType): string | undefined {
  // The library keeps columns in plain objects, and takes what these have of their own for a struct that was begun.
  const isNested = type.items !== undefined || type.fields !== undefined;
  if (name === '__proto__' || (isNested && name in Object.prototype)) return `cannot write the name ${name}`;
  if (type.kind === 'decimal') return 'cannot write decimals';
  if (type.items !== undefined) return limitOf('element', type.items);
  const members = Object.entries(type.fields ?? {});
  return members.map(([member, inner]) => limitOf(member, inner)).find((limit) => limit !== undefined);
}

async function write(library: Library, fields: Fields, batches: readonly FileBatch[]): Promise<Uint8Array> {
  const schema = new library.ParquetSchema(declarations(fields));
  const chunks: Buffer[] = [];
  const options = { pageSize: Infinity, useDataPageV2: false, pageIndex: false } as const;
  const envelope = new library.ParquetEnvelopeWriter(schema, (chunk) => chunks.push(chunk), () => undefined, 0, options); // prettier-ignore
  envelope.writeHeader();
  for (const batch of batches) {
    for (let from = 0; from < batch.length; from += groupRows) {
      const group = sliceBatch(batch, from, Math.min(batch.length, from + groupRows));
      await writeGroup(library, schema, fields, group, (buffer) => envelope.writeRowGroup(buffer));
    }
  }
  envelope.writeFooter({});
  return new Uint8Array(Buffer.concat(chunks));
}

// The library's row writer ends a file with its last group; here it makes one group, for an envelope that stays open.
async function writeGroup(
  library: Library,
  schema: Schema,
  fields: Fields,
  group: FileBatch,
  writeRowGroup: (buffer: unknown) => void,
): Promise<void> {
  const nothing = (): void => undefined;
  const open = { pageSize: Infinity, useDataPageV2: false, writeHeader: nothing, writeIndex: nothing, writeFooter: nothing, close: nothing, writeRowGroup }; // prettier-ignore
  const writer = new library.ParquetWriter(schema, open, { rowGroupSize: Infinity });
  const exact: ExactValues = new Map();
  const read = rowReader(fields)(group as unknown as Batch);
  for (let row = 0; row < group.length; row++) await writer.appendRow(recordOf(fields, read(row), exact));
  for (const [path, values] of exact) writer.rowBuffer.columnData[path]!.values = values;
  await writer.close();
}

async function open(library: Library, bytes: FileBytes): Promise<ParquetFile> {
  const read = async (offset: number, length: number): Promise<Buffer> => {
    const { buffer, byteOffset, byteLength } = await bytes.read(offset, Math.min(bytes.size, offset + length));
    return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  };
  const envelope = new library.ParquetEnvelopeReader(read, () => undefined, bytes.size);
  const metadata = await orError(async () => {
    await envelope.readHeader();
    return envelope.readFooter();
  });
  refuseLimits(metadata);
  // The other version only allows more encodings, and those are refused one by one.
  metadata.version = 1;
  const { schema } = await orError(async () => new library.ParquetReader(metadata, envelope, { rawStatistics: true }));
  // Booleans may be written as runs, which the library reads once it knows that they are one bit wide.
  for (const node of schema.fieldList) if (node.primitiveType === 'BOOLEAN') node.typeLength = 1;
  const groups = metadata.row_groups.map(({ num_rows: rows }) => Number(rows));
  return {
    groups,
    async read(group, fields) {
      const length = groups[group]!;
      const takers = Object.entries(fields).flatMap(([name, type]): [string, Taker][] => {
        if (!Object.hasOwn(schema.fields, name)) return [];
        return [[name, takerOf(name, type, schema.fields[name]!)]];
      });
      const paths = takers.flatMap(([name]) => leavesOf(schema.fields[name]!));
      if (paths.length === 0 || length === 0) return filled(fields, {}, length);
      const records = await orError(async () => {
        const buffer = await envelope.readRowGroup(schema, metadata.row_groups[group]!, paths);
        return library.ParquetShredder.materializeRecords(plainTimes(schema), buffer);
      });
      if (records.length !== length) throw new Error(`a row group has ${records.length} rows and not ${length}`);
      const rows = records.map((record) =>
        Object.fromEntries(takers.map(([name, take]) => [name, take(own(record, name))])),
      );
      const present = Object.fromEntries(takers.map(([name]) => [name, fields[name]!]));
      return filled(fields, columnsOf(present, rows), length);
    },
    close() {},
  };
}

function filled(fields: Fields, found: FileBatch['columns'], length: number): FileBatch {
  const columns = Object.entries(fields).map(([name, type]) => [
    name,
    Object.hasOwn(found, name) ? found[name] : nullColumn(type, length),
  ]);
  return { length, columns: Object.fromEntries(columns) as FileBatch['columns'] };
}

function leavesOf(node: Node): (readonly string[])[] {
  return node.isNested === true ? Object.values(node.fields!).flatMap(leavesOf) : [node.path];
}

/** The schema without the types of times, which the library would turn into dates. */
function plainTimes(schema: Schema): Schema {
  const plain = (fields: Schema['fields']): Schema['fields'] =>
    Object.fromEntries(
      Object.entries(fields).map(([name, node]) => {
        if (node.isNested === true) return [name, { ...node, fields: plain(node.fields!) }];
        return [
          name,
          node.originalType?.startsWith('TIMESTAMP') === true ? { ...node, originalType: undefined } : node,
        ];
      }),
    );
  const fields = plain(schema.fields);
  const copy = Object.create(schema) as { fields: Schema['fields'] };
  copy.fields = fields;
  return copy as Schema;
}

const codecNames = ['no compression', 'snappy', 'gzip', 'LZO', 'Brotli', 'LZ4', 'zstd', 'LZ4'];
const readableCodecs = 3;
const plainEncoding = 0;
const levelEncoding = 3;
const encodingNames: { readonly [encoding: number]: string } = {
  2: 'dictionaries',
  4: 'bit-packed levels',
  5: 'differences of numbers',
  6: 'differences of lengths',
  7: 'differences of texts',
  8: 'dictionaries',
  9: 'split floats',
};
const decimalType = 5;

// The library takes the codes of a mixed chunk for entries of its dictionary, and does not know decimals at all.
function refuseLimits({ schema, row_groups: groups }: Metadata): void {
  const decimal = schema.find((element) => element.converted_type === decimalType);
  if (decimal !== undefined) throw new CodecLimit('cannot read decimals');
  for (const { meta_data: chunk } of groups.flatMap((group) => (Number(group.num_rows) === 0 ? [] : group.columns))) {
    if (chunk.codec >= readableCodecs)
      throw new CodecLimit(`cannot read ${codecNames[chunk.codec] ?? 'its compression'}`);
    const other = chunk.encodings.find((encoding) => ![plainEncoding, levelEncoding].includes(encoding));
    if (other !== undefined) throw new CodecLimit(`cannot read ${encodingNames[other] ?? 'its encoding'}`);
  }
}

/** The library throws texts. */
async function orError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}
