import type { ColumnType } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';
import { type Batch, selectedRows } from './batch.js';
import { bitAt } from './bits.js';
import { copyBytes } from './bytes-builder.js';
import { type BytesColumn, type Column, isNull } from './column.js';
import { grown } from './grow.js';
import { plainText } from './plain.js';
import { entriesOf, entryOf } from './text.js';

// The bytes of a key. They depend on the types and the values of the fields only, never on the layout of a column:
//
//   one field, utf8 or binary, not nullable    its bytes
//   all others, field after field              00 for null, else 01 and the value:
//     int32          4 bytes, little-endian
//     int64          8 bytes
//     float64        8 bytes, one NaN (7ff8…), no −0
//     timestamp      8 bytes, as float64
//     decimal        16 bytes, unscaled
//     bool           1 byte
//     utf8, binary   length in 4 bytes, then the bytes
//     list           count in 4 bytes, then each item as a field
//     struct         each member as a field
//   no field                                   nothing
//
// State holds these bytes and exchanges route by them: changing them makes every checkpoint unreadable.

/**
 * The key of every selected row, as bytes: equal keys have equal bytes, and different keys different ones. Row `i` of
 * the result is physical row `i`; what stands in rows that are not selected is unspecified.
 */
export function encodeKeys(batch: Batch, fields: readonly string[], { fields: types }: Schema): BytesColumn {
  const [first] = fields;
  if (fields.length === 1 && isRaw(types[first!]!)) {
    const column = batch.columns[first!] as BytesColumn;
    return { ...plainText(column), validity: undefined };
  }
  const parts = fields.map((field) => partWriter(types[field]!, batch.columns[field]!));
  const offsets = new Int32Array(batch.length + 1);
  const rows = selectedRows(batch);
  let row = 0;
  const target: Target = { bytes: new Uint8Array(batch.length * 8), end: 0, view: new DataView(new ArrayBuffer(16)) };
  for (const selected of rows) {
    while (row <= selected) offsets[row++] = target.end;
    for (const write of parts) write(target, selected);
  }
  while (row <= batch.length) offsets[row++] = target.end;
  return { layout: 'bytes', offsets, bytes: target.bytes.subarray(0, target.end), validity: undefined };
}

function isRaw(type: ColumnType): boolean {
  return !type.nullable && (type.kind === 'utf8' || type.kind === 'binary');
}

interface Target {
  bytes: Uint8Array;
  end: number;
  /** Sixteen bytes to turn a value into its little-endian form. */
  readonly view: DataView;
}

type PartWriter = (target: Target, row: number) => void;

function partWriter(type: ColumnType, column: Column): PartWriter {
  const write = valueWriter(type, column);
  return (target, row) => {
    const absent = isNull(column, row);
    target.bytes = grown(target.bytes, target.end + 1);
    target.bytes[target.end++] = absent ? 0 : 1;
    if (!absent) write(target, row);
  };
}

function valueWriter(type: ColumnType, column: Column): PartWriter {
  switch (column.layout) {
    case 'int32':
      return fixedWriter(4, (view, row) => view.setInt32(0, column.values[row]!, true));
    case 'int64':
      return fixedWriter(8, (view, row) => view.setBigInt64(0, column.values[row]!, true));
    case 'float64':
      return fixedWriter(8, (view, row) => view.setFloat64(0, canonical(column.values[row]!), true));
    case 'decimal':
      return fixedWriter(16, (view, row) => {
        view.setBigInt64(0, column.values[2 * row]!, true);
        view.setBigInt64(8, column.values[2 * row + 1]!, true);
      });
    case 'bool':
      return fixedWriter(1, (view, row) => view.setUint8(0, bitAt(column.values, row) ? 1 : 0));
    case 'bytes':
    case 'dictionary': {
      const { offsets, bytes } = entriesOf(column);
      return (target, row) => {
        const entry = entryOf(column, row);
        const length = offsets[entry + 1]! - offsets[entry]!;
        writeCount(target, length);
        target.bytes = grown(target.bytes, target.end + length);
        copyBytes(bytes, offsets[entry]!, offsets[entry + 1]!, target.bytes, target.end);
        target.end += length;
      };
    }
    case 'list': {
      const write = partWriter(type.items!, column.items);
      return (target, row) => {
        const end = column.offsets[row + 1]!;
        writeCount(target, end - column.offsets[row]!);
        for (let item = column.offsets[row]!; item < end; item++) write(target, item);
      };
    }
    case 'struct': {
      const members = Object.entries(type.fields!).map(([name, member]) => partWriter(member, column.fields[name]!));
      return (target, row) => {
        for (const write of members) write(target, row);
      };
    }
  }
}

function fixedWriter(size: number, set: (view: DataView, row: number) => void): PartWriter {
  return (target, row) => {
    set(target.view, row);
    target.bytes = grown(target.bytes, target.end + size);
    for (let i = 0; i < size; i++) target.bytes[target.end++] = target.view.getUint8(i);
  };
}

function writeCount(target: Target, count: number): void {
  target.bytes = grown(target.bytes, target.end + 4);
  for (let shift = 0; shift < 32; shift += 8) target.bytes[target.end++] = count >>> shift;
}

/** The number that stands for all that are equal to it: one NaN, no −0. */
export function canonical(value: number): number {
  return Number.isNaN(value) ? NaN : value === 0 ? 0 : value;
}

export { hashBytes, hashKeys, shardOf } from './hash.js';
