import { bitAt } from './bits.js';
import {
  type BytesColumn,
  type Column,
  type DictionaryColumn,
  type Float64Column,
  type Int32Column,
  isNull,
} from './column.js';
import { entriesOf, entryOf } from './text.js';

// The canonical words of values: equal values have equal words, whatever the layout of their column, and different
// values of one type different ones. Keys and digests are made of them, so they are frozen.
//
//   null           0
//   all others     1, then, in words of 32 bits, little-endian:
//     int32          1 word
//     int64          2 words, low first
//     float64        2 words, low first; one NaN (7ff8 0000 …), no −0
//     timestamp      as float64, in milliseconds
//     decimal        4 words, low first: the unscaled value
//     bool           1 word, 0 or 1
//     utf8, binary   length in bytes, then the bytes with zeros up to a multiple of 4
//     list           count, then each item as a value
//     struct         each member as a value, by name (ascending by UTF-16 unit)
//
// 64-bit values are read as two words of their own memory: the machine is little-endian, as Arrow's layout is.

/** The words of some rows: those of the `i`-th are `words[offsets[i]]` to `words[offsets[i + 1]]`. */
export interface CanonicalRows {
  readonly words: Int32Array;
  readonly offsets: Int32Array;
}

/** The words of the columns, one after the other, in each of `rows`. */
export function canonicalRows(columns: readonly Column[], rows: Int32Array): CanonicalRows {
  const offsets = new Int32Array(rows.length + 1);
  for (const column of columns) addSizes(column, rows, offsets);
  for (let i = 1; i < offsets.length; i++) offsets[i]! += offsets[i - 1]!;
  const words = new Int32Array(offsets[rows.length]!);
  const cursors = offsets.slice(0, rows.length);
  for (const column of columns) writeColumn(column, rows, words, cursors);
  return { words, offsets };
}

/** The names of fields in canonical order. */
export function canonicalNames(fields: { readonly [name: string]: unknown }): string[] {
  return Object.keys(fields).sort((a, b) => (a < b ? -1 : 1));
}

/** Adds the words that row `rows[i]` takes to `offsets[i + 1]`. */
function addSizes(column: Column, rows: Int32Array, offsets: Int32Array): void {
  const { validity } = column;
  switch (column.layout) {
    case 'int32':
      addFixed(2, validity, rows, offsets);
      break;
    case 'float64':
      addFixed(3, validity, rows, offsets);
      break;
    case 'bytes':
      addBytes(column.offsets, validity, rows, offsets);
      break;
    case 'dictionary':
      addEntries(column.codes, entryWords(column.dictionary).offsets, validity, rows, offsets);
      break;
    default:
      for (let i = 0; i < rows.length; i++) offsets[i + 1]! += sizeOf(column, rows[i]!);
  }
}

function addFixed(size: number, validity: Uint8Array | undefined, rows: Int32Array, offsets: Int32Array): void {
  for (let i = 0; i < rows.length; i++) {
    offsets[i + 1]! += validity === undefined || bitAt(validity, rows[i]!) ? size : 1;
  }
}

function addBytes(of: Int32Array, validity: Uint8Array | undefined, rows: Int32Array, offsets: Int32Array): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const isPresent = validity === undefined || bitAt(validity, row);
    offsets[i + 1]! += isPresent ? 2 + wordsOf(of[row + 1]! - of[row]!) : 1;
  }
}

function addEntries(
  codes: Int32Array,
  of: Int32Array,
  validity: Uint8Array | undefined,
  rows: Int32Array,
  offsets: Int32Array,
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const code = codes[row]!;
    offsets[i + 1]! += validity === undefined || bitAt(validity, row) ? of[code + 1]! - of[code]! : 1;
  }
}

function sizeOf(column: Column, row: number): number {
  if (isNull(column, row)) return 1;
  switch (column.layout) {
    case 'int32':
    case 'bool':
      return 2;
    case 'float64':
    case 'int64':
      return 3;
    case 'decimal':
      return 5;
    case 'bytes':
      return 2 + wordsOf(column.offsets[row + 1]! - column.offsets[row]!);
    case 'dictionary': {
      const code = column.codes[row]!;
      return 2 + wordsOf(column.dictionary.offsets[code + 1]! - column.dictionary.offsets[code]!);
    }
    case 'list': {
      let size = 2;
      for (let item = column.offsets[row]!; item < column.offsets[row + 1]!; item++) size += sizeOf(column.items, item);
      return size;
    }
    case 'struct': {
      let size = 1;
      for (const name in column.fields) size += sizeOf(column.fields[name]!, row);
      return size;
    }
  }
}

// Loops of their own for the layouts that most columns have: each sees one kind of array, held in a local.
function writeColumn(column: Column, rows: Int32Array, words: Int32Array, cursors: Int32Array): void {
  switch (column.layout) {
    case 'int32':
      writeInts(column, rows, words, cursors);
      break;
    case 'float64':
      writeDoubles(column, rows, words, cursors);
      break;
    case 'bytes':
      writeTexts(column, rows, words, cursors);
      break;
    case 'dictionary':
      writeEntries(column, rows, words, cursors);
      break;
    default:
      for (let i = 0; i < rows.length; i++) cursors[i] = writeValue(column, rows[i]!, words, cursors[i]!);
  }
}

function writeInts(column: Int32Column, rows: Int32Array, words: Int32Array, cursors: Int32Array): void {
  const { values, validity } = column;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const at = cursors[i]!;
    const isPresent = validity === undefined || bitAt(validity, row);
    cursors[i] = isPresent ? writeInt(values[row]!, words, at) : at + 1;
  }
}

function writeDoubles(column: Float64Column, rows: Int32Array, words: Int32Array, cursors: Int32Array): void {
  const { values, validity } = column;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const at = cursors[i]!;
    const isPresent = validity === undefined || bitAt(validity, row);
    cursors[i] = isPresent ? writeDouble(values[row]!, words, at) : at + 1;
  }
}

function writeTexts(column: BytesColumn, rows: Int32Array, words: Int32Array, cursors: Int32Array): void {
  const { bytes, offsets, validity } = column;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const at = cursors[i]!;
    const isPresent = validity === undefined || bitAt(validity, row);
    cursors[i] = isPresent ? writeText(view, offsets[row]!, offsets[row + 1]!, words, at) : at + 1;
  }
}

function writeEntries(column: DictionaryColumn, rows: Int32Array, words: Int32Array, cursors: Int32Array): void {
  const { codes, dictionary, validity } = column;
  const { words: entries, offsets } = entryWords(dictionary);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    let at = cursors[i]!;
    if (validity !== undefined && !bitAt(validity, row)) at++;
    else {
      const code = codes[row]!;
      for (let from = offsets[code]!, end = offsets[code + 1]!; from < end; from++) words[at++] = entries[from]!;
    }
    cursors[i] = at;
  }
}

// Each writes a value to `words[at]` and behind, and gives the end behind it. The words are zero before.

function writeValue(column: Column, row: number, words: Int32Array, at: number): number {
  if (isNull(column, row)) return at + 1;
  switch (column.layout) {
    case 'int32':
      return writeInt(column.values[row]!, words, at);
    case 'float64':
      return writeDouble(column.values[row]!, words, at);
    case 'int64':
      return writeWide(column.values, 2, row, words, at);
    case 'decimal':
      return writeWide(column.values, 4, row, words, at);
    case 'bool':
      return writeInt(bitAt(column.values, row) ? 1 : 0, words, at);
    case 'bytes':
    case 'dictionary': {
      const { bytes, offsets } = entriesOf(column);
      const entry = entryOf(column, row);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return writeText(view, offsets[entry]!, offsets[entry + 1]!, words, at);
    }
    case 'list': {
      const end = column.offsets[row + 1]!;
      let to = writeInt(end - column.offsets[row]!, words, at);
      for (let item = column.offsets[row]!; item < end; item++) to = writeValue(column.items, item, words, to);
      return to;
    }
    case 'struct': {
      words[at] = 1;
      let to = at + 1;
      for (const name of canonicalNames(column.fields)) to = writeValue(column.fields[name]!, row, words, to);
      return to;
    }
  }
}

function writeInt(value: number, words: Int32Array, at: number): number {
  words[at] = 1;
  words[at + 1] = value;
  return at + 2;
}

const double = new Float64Array(1);
const doubleWords = new Int32Array(double.buffer);

function writeDouble(value: number, words: Int32Array, at: number): number {
  words[at] = 1;
  if (Number.isNaN(value)) words[at + 2] = 0x7ff80000;
  else if (value !== 0) {
    double[0] = value;
    words[at + 1] = doubleWords[0]!;
    words[at + 2] = doubleWords[1]!;
  }
  return at + 3;
}

function writeWide(values: BigInt64Array, size: number, row: number, words: Int32Array, at: number): number {
  words[at] = 1;
  words.set(new Int32Array(values.buffer, values.byteOffset + row * size * 4, size), at + 1);
  return at + 1 + size;
}

function writeText(view: DataView, start: number, end: number, words: Int32Array, at: number): number {
  words[at] = 1;
  words[at + 1] = end - start;
  let to = at + 2;
  let from = start;
  for (; from + 4 <= end; from += 4) words[to++] = view.getInt32(from, true);
  if (from === end) return to;
  let rest = 0;
  for (let shift = 0; from < end; shift += 8) rest |= view.getUint8(from++) << shift;
  words[to] = rest;
  return to + 1;
}

const wordsOfDictionary = new WeakMap<BytesColumn, CanonicalRows>();

/** The words of every entry of a dictionary, made once. */
function entryWords(dictionary: BytesColumn): CanonicalRows {
  let entries = wordsOfDictionary.get(dictionary);
  if (entries === undefined) {
    entries = canonicalRows(
      [dictionary],
      Int32Array.from({ length: dictionary.offsets.length - 1 }, (_, i) => i),
    );
    wordsOfDictionary.set(dictionary, entries);
  }
  return entries;
}

function wordsOf(byteLength: number): number {
  return (byteLength + 3) >> 2;
}
