import type { ColumnType, Fields } from '../schema/column-type.js';
import { bitAt } from '../batch/bits.js';
import { type BytesColumn, type Column, isNull } from '../batch/column.js';
import { grown } from '../batch/grow.js';
import { canonical } from '../batch/keys.js';
import { textBytes } from '../batch/text.js';

// The canonical bytes of a row, frozen by golden vectors: what digests of all runs, past and to come, are made of.
//
//   head, the same for all rows: the fields by name (ascending by UTF-16 unit), as text `name:kind` joined by `,`,
//     where kind is as `typeText` writes it but without the mark of nullable and with members of structs by name;
//     zeros up to a multiple of 16 bytes
//   then each field in that order, in words of 32 bits, little-endian:
//     null           0
//     all others     1, then
//       int32          1 word
//       int64          2 words, low first
//       float64        2 words, low first; one NaN (7ff8 0000 …), no −0
//       timestamp      as float64, in milliseconds
//       decimal        4 words, low first: the unscaled value
//       bool           1 word, 0 or 1
//       utf8, binary   length in bytes, then the bytes with zeros up to a multiple of 4
//       list           count, then each item as a field
//       struct         each member by name as a field

/** Where canonical rows are written; `words` grows. */
export interface RowWords {
  words: Int32Array;
  end: number;
}

/** Writes one field of physical row `row` behind `target.end`. */
export type FieldWriter = (target: RowWords, row: number) => void;

/** The bytes that all rows of these fields begin with. */
export function canonicalHead(fields: Fields): Uint8Array {
  const bytes = textBytes(fieldsKind(fields));
  const padded = new Uint8Array((bytes.length + 15) & ~15);
  padded.set(bytes);
  return padded;
}

/** The names in canonical order. */
export function canonicalNames(fields: Fields): string[] {
  return Object.keys(fields).sort((a, b) => (a < b ? -1 : 1));
}

/** Writes the values of `column`. */
export function fieldWriter(type: ColumnType, column: Column): FieldWriter {
  const write = valueWriter(type, column);
  return (target, row) => {
    target.words = grown(target.words, target.end + 8);
    const present = !isNull(column, row);
    target.words[target.end++] = present ? 1 : 0;
    if (present) write(target, row);
  };
}

function fieldsKind(fields: Fields): string {
  return canonicalNames(fields)
    .map((name) => `${name}:${kindText(fields[name]!)}`)
    .join(',');
}

function kindText(type: ColumnType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'list':
      return `list<${kindText(type.items!)}>`;
    case 'struct':
      return `struct<${fieldsKind(type.fields!)}>`;
    default:
      return type.kind;
  }
}

// `fieldWriter` has made room for eight words, so that fixed widths need no look.
function valueWriter(type: ColumnType, column: Column): FieldWriter {
  switch (column.layout) {
    case 'int32':
      return (target, row) => {
        target.words[target.end++] = column.values[row]!;
      };
    case 'float64':
      return floatWriter(column.values);
    case 'int64':
      return wordsWriter(column.values, 2);
    case 'decimal':
      return wordsWriter(column.values, 4);
    case 'bool':
      return (target, row) => {
        target.words[target.end++] = bitAt(column.values, row) ? 1 : 0;
      };
    case 'bytes':
      return (target, row) => pushBytes(target, column.bytes, column.offsets[row]!, column.offsets[row + 1]!);
    case 'dictionary': {
      const { codes } = column;
      const entries = entryWords(column.dictionary);
      return (target, row) => {
        const code = codes[row]!;
        const end = entries.offsets[code + 1]!;
        let from = entries.offsets[code]!;
        const words = (target.words = grown(target.words, target.end + end - from));
        while (from < end) words[target.end++] = entries.words[from++]!;
      };
    }
    case 'list': {
      const write = fieldWriter(type.items!, column.items);
      return (target, row) => {
        const end = column.offsets[row + 1]!;
        target.words[target.end++] = end - column.offsets[row]!;
        for (let item = column.offsets[row]!; item < end; item++) write(target, item);
      };
    }
    case 'struct': {
      const types = type.fields!;
      const members = canonicalNames(types).map((name) => fieldWriter(types[name]!, column.fields[name]!));
      return (target, row) => {
        for (const write of members) write(target, row);
      };
    }
  }
}

const number = new DataView(new ArrayBuffer(8));

function floatWriter(values: Float64Array): FieldWriter {
  return (target, row) => {
    number.setFloat64(0, canonical(values[row]!), true);
    target.words[target.end++] = number.getInt32(0, true);
    target.words[target.end++] = number.getInt32(4, true);
  };
}

function wordsWriter(values: BigInt64Array, wordsPerRow: number): FieldWriter {
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  return (target, row) => {
    const from = row * wordsPerRow * 4;
    for (let word = 0; word < wordsPerRow; word++) {
      // A DataView of the array's own memory: the machine is little-endian, as Arrow's layout is.
      target.words[target.end++] = view.getInt32(from + word * 4, true);
    }
  };
}

function pushBytes(target: RowWords, bytes: Uint8Array, start: number, end: number): void {
  const length = end - start;
  const words = (target.words = grown(target.words, target.end + 1 + ((length + 3) >> 2)));
  let to = target.end;
  words[to++] = length;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    words[to++] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }
  if (at < end) {
    let rest = 0;
    for (let shift = 0; at < end; shift += 8) rest |= bytes[at++]! << shift;
    words[to++] = rest;
  }
  target.end = to;
}

interface EntryWords {
  /** Entry `i` is words `offsets[i]` to `offsets[i + 1]`: its length, then its bytes. */
  readonly offsets: Int32Array;
  readonly words: Int32Array;
}

const wordsOfDictionary = new WeakMap<BytesColumn, EntryWords>();

function entryWords(dictionary: BytesColumn): EntryWords {
  let entries = wordsOfDictionary.get(dictionary);
  if (entries === undefined) {
    const size = dictionary.offsets.length - 1;
    const offsets = new Int32Array(size + 1);
    const target: RowWords = { words: new Int32Array(0), end: 0 };
    for (let entry = 0; entry < size; entry++) {
      pushBytes(target, dictionary.bytes, dictionary.offsets[entry]!, dictionary.offsets[entry + 1]!);
      offsets[entry + 1] = target.end;
    }
    entries = { offsets, words: target.words };
    wordsOfDictionary.set(dictionary, entries);
  }
  return entries;
}
