import { bitAt } from './bits.js';
import { type Column, isNull } from './column.js';
import { entriesOf, entryOf } from './text.js';

// One value at a time, of any layout; what the words are stands in canonical.ts.

/** The names of fields in canonical order. */
export function canonicalNames(fields: { readonly [name: string]: unknown }): string[] {
  return Object.keys(fields).sort((a, b) => (a < b ? -1 : 1));
}

/** The words that row `row` takes. */
export function sizeOf(column: Column, row: number): number {
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

// Each `write…` writes a value to `words[at]` and behind, and gives the end behind it. The words are zero before.

/** Writes row `row`, null too. */
export function writeValue(column: Column, row: number, words: Int32Array, at: number): number {
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

/** Writes a value of one word. */
export function writeInt(value: number, words: Int32Array, at: number): number {
  words[at] = 1;
  words[at + 1] = value;
  return at + 2;
}

const double = new Float64Array(1);
const doubleWords = new Int32Array(double.buffer);

/** Writes a double. */
export function writeDouble(value: number, words: Int32Array, at: number): number {
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

/** Writes bytes `start` to `end`. */
export function writeText(view: DataView, start: number, end: number, words: Int32Array, at: number): number {
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

/** The words that hold so many bytes. */
export function wordsOf(byteLength: number): number {
  return (byteLength + 3) >> 2;
}
