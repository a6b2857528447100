import type { Encoding, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import type { Decompress } from './decompress.js';
import { nextStretch, nextUint32, type Stretch, unreadablePage } from './stretch.js';

/** A page as it lies in a chunk. */
export interface Page {
  readonly encoding: Encoding;
  /** Values and nulls; of a dictionary its entries. */
  readonly count: number;
  /** Its bytes when they are decompressed, levels included. */
  readonly size: number;
  readonly raw: Uint8Array;
  readonly levels: Levels;
}

/** How the levels stand in a page: in front of the values and compressed with them, or, of version 2, by themselves. */
type Levels =
  | { readonly version: 1; readonly encoding: Encoding | undefined }
  | { readonly version: 2; readonly bytes: number; readonly nulls: number; readonly valuesCompressed: boolean };

/** The pages of a column in a row group. */
export interface Pages {
  readonly dictionary: Page | undefined;
  readonly data: readonly Page[];
}

/** Splits a chunk of `rows` rows into its pages. */
export function listPages(bytes: Uint8Array, rows: number): Pages {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  let dictionary: Page | undefined;
  const data: Page[] = [];
  for (let left = rows; left > 0;) {
    const header = parquetHeader(reader);
    const size = header.compressed_page_size;
    if (!(size >= 0 && size <= bytes.length - reader.offset)) throw unreadablePage(`it has ${size} bytes`);
    const raw = bytes.subarray(reader.offset, (reader.offset += size));
    if (header.type === 'INDEX_PAGE') continue;
    const page = pageOf(header, raw);
    if (header.type === 'DICTIONARY_PAGE') {
      if (dictionary !== undefined || data.length > 0) throw unreadablePage('a dictionary behind other pages');
      dictionary = page;
      continue;
    }
    left -= page.count;
    if (left < 0) throw unreadablePage(`more rows than the ${rows} of the row group`);
    data.push(page);
  }
  if (reader.offset !== bytes.length)
    throw unreadablePage(`${bytes.length - reader.offset} bytes are left in its chunk`);
  return { dictionary, data };
}

/** The levels of a page, undefined where none are due, and its values. */
export function openPage(
  { raw, size, levels }: Page,
  hasLevels: boolean,
  decompress: Decompress,
): { levels: Stretch | undefined; values: Stretch } {
  if (levels.version === 1) {
    const values = whole(decompress(raw, size));
    if (!hasLevels) return { levels: undefined, values };
    if (levels.encoding !== 'RLE') throw unreadablePage(`levels as ${levels.encoding}`);
    return { levels: nextStretch(values, nextUint32(values)), values };
  }
  const { bytes, valuesCompressed } = levels;
  if (bytes > Math.min(raw.length, size)) throw unreadablePage(`levels of ${bytes} bytes`);
  const rest = raw.subarray(bytes);
  const values = whole(valuesCompressed ? decompress(rest, size - bytes) : rest);
  return { levels: hasLevels ? { bytes: raw, at: 0, end: bytes } : undefined, values };
}

/** The entries of a dictionary. */
export function openDictionary({ raw, size, encoding }: Page, decompress: Decompress): Stretch {
  if (encoding !== 'PLAIN' && encoding !== 'PLAIN_DICTIONARY') throw unreadablePage(`a dictionary as ${encoding}`);
  return whole(decompress(raw, size));
}

/** Whether the values of a page are codes of a dictionary. */
export function isCoded({ encoding }: Page): boolean {
  return encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY';
}

function whole(bytes: Uint8Array): Stretch {
  return { bytes, at: 0, end: bytes.length };
}

function pageOf(header: PageHeader, raw: Uint8Array): Page {
  const size = header.uncompressed_page_size;
  const second = header.data_page_header_v2;
  if (header.type === 'DATA_PAGE_V2' && second !== undefined) {
    const { definition_levels_byte_length: bytes, is_compressed: valuesCompressed = true } = second;
    if (second.repetition_levels_byte_length !== 0 || !(bytes >= 0)) throw unreadablePage('its levels');
    if (second.num_rows !== second.num_values) throw unreadablePage('its rows');
    return { size, raw, ...counted(second), levels: { version: 2, bytes, nulls: second.num_nulls, valuesCompressed } };
  }
  const first = header.data_page_header;
  if (header.type === 'DATA_PAGE' && first !== undefined) {
    if (first.repetition_level_encoding === undefined) throw unreadablePage('its levels');
    return { size, raw, ...counted(first), levels: { version: 1, encoding: first.definition_level_encoding } };
  }
  const dictionary = header.dictionary_page_header;
  if (header.type === 'DICTIONARY_PAGE' && dictionary !== undefined) {
    return { size, raw, ...counted(dictionary), levels: { version: 1, encoding: undefined } };
  }
  throw unreadablePage(`it is ${header.type}`);
}

function counted(header: {
  readonly num_values: number;
  readonly encoding: Encoding;
}): Pick<Page, 'count' | 'encoding'> {
  if (!(header.num_values >= 0)) throw unreadablePage(`it has ${header.num_values} values`);
  return { count: header.num_values, encoding: header.encoding };
}
