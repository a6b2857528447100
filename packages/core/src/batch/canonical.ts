import { bitAt } from './bits.js';
import { sizeOf, wordsOf, writeDouble, writeInt, writeText, writeValue } from './canonical-value.js';
import type { BytesColumn, Column, DictionaryColumn, Float64Column, Int32Column } from './column.js';

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
