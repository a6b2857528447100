import { type DataType, RecordBatchReader } from 'apache-arrow';
import {
  type CompressionCodec,
  type FileMetaData,
  parquetMetadataAsync,
  type RowGroup,
  type SchemaElement,
} from 'hyparquet';
import type { FileBytes } from '../codec.js';
import type { Leaf } from './leaf.js';

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

const tailBytes = 64 * 1024;
const magic = 'PAR1';

/** Reads the footer of a file. Fails where anything about it is not as it should be. */
export async function readFooter(bytes: FileBytes): Promise<Footer> {
  if (!bytes.checked && Buffer.from(await bytes.read(0, magic.length)).toString('latin1') !== magic) {
    throw new Error(`it does not begin with ${magic}`);
  }
  const input = {
    byteLength: bytes.size,
    async slice(start: number, end = bytes.size) {
      const part = await bytes.read(start, end);
      return part.slice().buffer as ArrayBuffer;
    },
  };
  const metadata = await parquetMetadataAsync(input, { initialFetchSize: tailBytes, geoparquet: false });
  const dataEnd = bytes.size - metadata.metadata_length - 2 * magic.length;
  return {
    groups: metadata.row_groups.map((group) => count(group.num_rows)),
    columns: columnsOf(metadata),
    chunkOf: (group, leaf) => placeOf(metadata.row_groups[group]!, leaf, dataEnd),
  };
}

function columnsOf({ schema, key_value_metadata: pairs }: FileMetaData): Footer['columns'] {
  const hint = pairs?.find(({ key }) => key === 'ARROW:schema')?.value;
  const arrow = hint === undefined ? undefined : arrowFields(hint);
  const columns = new Map<string, Leaf | undefined>();
  let at = 1;
  let index = 0;
  for (let field = 0; field < schema[0]!.num_children!; field++) {
    const element = schema[at]!;
    const hinted = arrow?.[field];
    if (columns.has(element.name)) throw new Error(`it has two columns "${element.name}"`);
    if (arrow !== undefined && hinted?.name !== element.name) throw new Error('its two schemas differ');
    const isLeaf = element.type !== undefined && element.repetition_type !== 'REPEATED';
    columns.set(element.name, isLeaf ? { index, element, arrow: hinted?.type } : undefined);
    const end = endOf(schema, at);
    index += schema.slice(at, end).filter(({ type }) => type !== undefined).length;
    at = end;
  }
  return columns;
}

/** The place behind an element and all that is inside of it. */
function endOf(schema: readonly SchemaElement[], at: number): number {
  const { num_children: children = 0 } = schema[at]!;
  let end = at + 1;
  for (let child = 0; child < children; child++) end = endOf(schema, end);
  return end;
}

function arrowFields(hint: string): readonly { readonly name: string; readonly type: DataType }[] {
  return RecordBatchReader.from(Buffer.from(hint, 'base64')).open().schema.fields;
}

function placeOf(group: RowGroup, { index, element }: Leaf, dataEnd: number): ChunkPlace | undefined {
  const chunk = group.columns[index];
  const meta = chunk?.meta_data;
  if (meta === undefined || chunk?.file_path !== undefined || chunk?.crypto_metadata !== undefined) return undefined;
  if (meta.type !== element.type || meta.path_in_schema.length !== 1 || meta.path_in_schema[0] !== element.name)
    return undefined;
  const pages = count(meta.data_page_offset);
  const dictionary = count(meta.dictionary_page_offset ?? 0n);
  // Some writers say 0 where there is no dictionary.
  const start = dictionary > 0 && dictionary < pages ? dictionary : pages;
  const end = start + count(meta.total_compressed_size);
  return start >= magic.length && end <= dataEnd ? { start, end, codec: meta.codec } : undefined;
}

function count(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`${value} is no count`);
  return number;
}
