import { type BytesColumn, type Column, copyRun, type Viewed, viewed } from '@millrace/core/connector';
import { isUtf8 } from 'node:buffer';
import { readPageOfCodes } from './codes.js';
import { type Chunk, readPages } from './chunk.js';
import { countOf, spreadWords } from './fixed.js';
import { isCoded, openDictionary, type Page } from './page-list.js';
import { atEnd, type Stretch, unreadablePage } from './stretch.js';

/** How text or bytes are to be read. */
export interface TextReading {
  /** Whether the bytes must be UTF-8. */
  readonly text: boolean;
  /** The most entries per row with which a column that comes as a dictionary stays one. */
  readonly entriesPerRow: number;
}

/** Text or bytes of a chunk: a dictionary where that is what they are in the file, and worth it. */
export function readText(chunk: Chunk, reading: TextReading): Column {
  const { pages, rows } = chunk;
  const dictionary = dictionaryOf(chunk, reading);
  const staysOne =
    dictionary !== undefined &&
    pages.data.every(isCoded) &&
    pages.dictionary!.count > 0 &&
    pages.dictionary!.count <= reading.entriesPerRow * rows &&
    isDistinct(dictionary);
  return staysOne ? readCoded(chunk, dictionary) : readPlain(chunk, dictionary, reading);
}

function readCoded(chunk: Chunk, dictionary: BytesColumn): Column {
  const codes = new Int32Array(chunk.rows);
  const entries = dictionary.offsets.length - 1;
  const validity = readPages(chunk, (_, values, at, count) => readPageOfCodes(values, entries, codes, at, count));
  if (validity !== undefined) spreadWords(codes, 1, validity, chunk.rows);
  return { layout: 'dictionary', codes, dictionary, validity };
}

function readPlain(chunk: Chunk, dictionary: BytesColumn | undefined, { text }: TextReading): BytesColumn {
  const { rows, pages } = chunk;
  const values = textValues(rows, pages.data);
  const entries = dictionary === undefined ? undefined : { ...dictionary, viewed: viewed(dictionary.bytes) };
  const codes = new Int32Array(entries === undefined ? 0 : Math.max(0, ...pages.data.map((page) => page.count)));
  const validity = readPages(chunk, (page, stretch, at, count) => {
    if (page.encoding === 'PLAIN') values.addPlain(stretch, at, count, text);
    else if (!isCoded(page) || entries === undefined) throw unreadablePage(`values as ${page.encoding}`);
    else {
      readPageOfCodes(stretch, entries.offsets.length - 1, codes, 0, count);
      values.addCoded(entries, codes, at, count);
    }
  });
  const { offsets, bytes } = values.taken();
  if (validity !== undefined) spreadOffsets(offsets, validity, rows);
  return { layout: 'bytes', offsets, bytes, validity };
}

function dictionaryOf({ pages, decompress }: Chunk, { text }: TextReading): BytesColumn | undefined {
  const page = pages.dictionary;
  if (page === undefined) return undefined;
  const values = openDictionary(page, decompress);
  // Each entry has four bytes for its length.
  if (page.count > (values.end - values.at) / 4) throw unreadablePage(`${page.count} entries`);
  const entries = textValues(page.count, [page]);
  entries.addPlain(values, 0, page.count, text);
  atEnd(values);
  return { layout: 'bytes', ...entries.taken(), validity: undefined };
}

type Entries = BytesColumn & { readonly viewed: Viewed };

interface TextValues {
  addPlain(stretch: Stretch, at: number, count: number, text: boolean): void;
  addCoded(entries: Entries, codes: Int32Array, at: number, count: number): void;
  taken(): { readonly offsets: Int32Array; readonly bytes: Uint8Array };
}

/** Room for the values of the pages: those that are plain are no longer than their pages. */
function textValues(rows: number, pages: readonly Page[]): TextValues {
  const offsets = new Int32Array(rows + 1);
  let target = viewed(new Uint8Array(pages.reduce((sum, page) => sum + (isCoded(page) ? 0 : page.size), 0)));
  let end = 0;

  const reserve = (more: number): void => {
    const needed = end + more;
    if (needed > 0x7fff_ffff) throw unreadablePage(`${needed} bytes of text in a row group`);
    if (needed <= target.bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, Math.min(2 * target.bytes.length, 0x7fff_ffff)));
    larger.set(target.bytes.subarray(0, end));
    target = viewed(larger);
  };

  return {
    addPlain(stretch, at, count, text) {
      const { bytes, at: first, end: last } = stretch;
      reserve(last - first);
      const source = viewed(bytes);
      const into = target;
      let to = end;
      let next = first;
      for (let i = at; i < at + count; i++) {
        const from = next + 4;
        const length = from > last ? -1 : source.view.getInt32(next, true);
        if (length < 0 || length > last - from) throw unreadablePage('its text ends early');
        // Half a character at the end of a value and the other half at the start of the next would be valid together.
        if (text && length > 0 && (bytes[from]! & 0xc0) === 0x80) throw unreadablePage('it begins within a character');
        next = from + length;
        copyRun(source, from, next, into, to);
        to += length;
        offsets[i + 1] = to;
      }
      if (text && !isUtf8(into.bytes.subarray(end, to))) throw unreadablePage('text that is not UTF-8');
      stretch.at = next;
      end = to;
    },
    addCoded(entries, codes, at, count) {
      let more = 0;
      for (let i = 0; i < count; i++) more += entries.offsets[codes[i]! + 1]! - entries.offsets[codes[i]!]!;
      reserve(more);
      const into = target;
      for (let i = 0; i < count; i++) {
        const from = entries.offsets[codes[i]!]!;
        const to = entries.offsets[codes[i]! + 1]!;
        copyRun(entries.viewed, from, to, into, end);
        end += to - from;
        offsets[at + i + 1] = end;
      }
    },
    taken: () => ({ offsets, bytes: target.bytes.subarray(0, end) }),
  };
}

// A null has no bytes, so it ends where the value before it does. The last rows go first, as in `spreadWords`.
function spreadOffsets(offsets: Int32Array, validity: Uint8Array, rows: number): void {
  let from = countOf(validity, rows);
  for (let row = rows - 1; row >= 0; row--) {
    offsets[row + 1] = offsets[from]!;
    if ((validity[row >> 3]! & (1 << (row & 7))) !== 0) from--;
  }
}

// What is said of a dictionary is relied on: each entry is cleaned, counted and hashed as a value of its own.
function isDistinct({ offsets, bytes }: BytesColumn): boolean {
  const { buffer, byteOffset, length } = bytes;
  const text = Buffer.from(buffer, byteOffset, length);
  const seen = new Set<string>();
  for (let i = 0; i + 1 < offsets.length; i++) seen.add(text.toString('latin1', offsets[i], offsets[i + 1]));
  return seen.size === offsets.length - 1;
}
