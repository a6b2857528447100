import { RecordBatchReader } from 'apache-arrow';
import {
  type CompressionCodec,
  type FileMetaData,
  parquetMetadata,
  type RowGroup,
  type SchemaElement,
} from 'hyparquet';
import type { FileBytes } from '../codec.js';
import type { ArrowType, Leaf } from './leaf.js';

/** What the footer of a file says. */
export interface Footer {
  /** The number of rows of each row group. */
  readonly groups: readonly number[];
  /** All columns, those that are nested as undefined. */
  readonly columns: ReadonlyMap<string, Leaf | undefined>;
  /** Where a column of a row group lies; undefined where that is not in this file, or not to be had. */
  chunkOf(group: number, leaf: Leaf): ChunkPlace | undefined;
}

/** A column of a row group, as bytes of the file. */
export interface ChunkPlace {
  readonly start: number;
  readonly end: number;
  readonly codec: CompressionCodec;
}

/**
 * Gives the columns of a file that has a footer and nothing else, as a schema of Arrow. It comes first: it is safe with bytes of
 * anyone, which the parsers here are less.
 */
export type ArrowSchemaOf = (file: Uint8Array) => Uint8Array;

const magic = Buffer.from('PAR1');
/** Behind the footer are its length, in four bytes, and the magic. */
const endBytes = 4 + magic.length;

/** Reads the footer of a file. Fails where anything about it is not as it should be. */
export async function readFooter(bytes: FileBytes, arrowSchemaOf: ArrowSchemaOf): Promise<Footer> {
  if (!bytes.checked && !magic.equals(await bytes.read(0, magic.length)))
    throw new Error('it does not begin as Parquet');
  const end = Buffer.from(await bytes.read(bytes.size - endBytes, bytes.size));
  const dataEnd = bytes.size - endBytes - end.readUInt32LE(0);
  if (dataEnd < magic.length) throw new Error('its footer is longer than the file');
  const footer = await bytes.read(dataEnd, bytes.size);
  const { fields } = RecordBatchReader.from(arrowSchemaOf(Buffer.concat([magic, footer]))).open().schema;
  const metadata = parquetMetadata(footer, { geoparquet: false });
  const groups = metadata.row_groups.map((group) => count(group.num_rows));
  const columns = columnsOf(metadata, fields);
  checkRows(metadata, groups, columns);
  return { groups, columns, chunkOf: (group, leaf) => placeOf(metadata.row_groups[group]!, leaf, dataEnd) };
}

function columnsOf({ schema }: FileMetaData, fields: readonly ArrowField[]): Footer['columns'] {
  const columns = new Map<string, Leaf | undefined>();
  let at = 1;
  let index = 0;
  for (let field = 0; field < schema[0]!.num_children!; field++) {
    const element = schema[at]!;
    const { name, type: arrow } = fields[field]!;
    if (columns.has(name)) throw new Error(`it has two columns "${name}"`);
    if (name !== element.name) throw new Error('its two schemas differ');
    const isLeaf = element.type !== undefined && element.repetition_type !== 'REPEATED';
    columns.set(name, isLeaf ? { index, element, arrow } : undefined);
    const end = endOf(schema, at);
    index += schema.slice(at, end).filter(({ type }) => type !== undefined).length;
    at = end;
  }
  return columns;
}

// A column that a file lacks is made of as many nulls as the footer says there are rows: that is to be true.
function checkRows(metadata: FileMetaData, groups: readonly number[], columns: Footer['columns']): void {
  const sum = groups.reduce((rows, group) => rows + group, 0);
  if (sum !== count(metadata.num_rows)) throw new Error(`its row groups have ${sum} rows and not ${metadata.num_rows}`);
  for (const leaf of columns.values()) {
    if (leaf === undefined) continue;
    for (const [at, group] of metadata.row_groups.entries()) {
      const values = group.columns[leaf.index]?.meta_data?.num_values;
      if (values !== undefined && count(values) !== groups[at]) throw new Error(`a chunk of it has ${values} rows`);
    }
  }
}

/** The place behind an element and all that is inside of it. */
function endOf(schema: readonly SchemaElement[], at: number): number {
  const { num_children: children = 0 } = schema[at]!;
  let end = at + 1;
  for (let child = 0; child < children; child++) end = endOf(schema, end);
  return end;
}

interface ArrowField {
  readonly name: string;
  readonly type: ArrowType;
}

function placeOf(group: RowGroup, { index, element }: Leaf, dataEnd: number): ChunkPlace | undefined {
  const chunk = group.columns[index];
  const meta = chunk?.meta_data;
  if (meta === undefined || chunk?.file_path !== undefined || chunk?.crypto_metadata !== undefined) return undefined;
  if (meta.type !== element.type || meta.path_in_schema.length !== 1 || meta.path_in_schema[0] !== element.name)
    return undefined;
  const pages = Number(meta.data_page_offset);
  const dictionary = Number(meta.dictionary_page_offset ?? 0n);
  // Some writers say 0 where there is no dictionary.
  const start = dictionary > 0 && dictionary < pages ? dictionary : pages;
  const end = start + Number(meta.total_compressed_size);
  return start >= magic.length && end >= start && end <= dataEnd ? { start, end, codec: meta.codec } : undefined;
}

function count(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`${value} is no count`);
  return number;
}
