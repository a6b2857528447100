import { bitAt } from './bits.js';
import { type Column, isNull } from './column.js';
import { entriesOf, entryOf } from './text.js';

// What a store compares that knows no columns: one run of bytes per row, which sorts as (time, order) does.
//
//   null        00
//   value       01, then:
//     number    8 bytes: the double with its sign bit turned, all bits of it where it is negative
//     integer   4, 8 or 16 bytes, the sign bit turned
//     bool      1 byte
//     bytes     as they are, 00 written as 00 FF, then 00 00
//     list      its items, each behind a 02, then 01; struct: its members

/**
 * The rank of some rows as bytes: row `rows[i]`'s are greater, byte by byte, than another's exactly where the row comes
 * later in (time, order). For stores that keep the latest row of a key.
 */
export function rankBytes(time: Float64Array, order: readonly Column[], rows: Int32Array): Uint8Array[] {
  const ranks: Uint8Array[] = [];
  for (const row of rows) {
    const bytes: number[] = [];
    pushNumber(time[row]!, bytes);
    for (const column of order) pushValue(column, row, bytes);
    ranks.push(Uint8Array.from(bytes));
  }
  return ranks;
}

const scratch = new DataView(new ArrayBuffer(16));

function pushValue(column: Column, row: number, to: number[]): void {
  if (isNull(column, row)) {
    to.push(0);
    return;
  }
  to.push(1);
  switch (column.layout) {
    case 'int32':
      scratch.setInt32(0, column.values[row]! ^ (1 << 31));
      return pushScratch(4, to);
    case 'float64':
      return pushNumber(column.values[row]!, to);
    case 'int64':
      return pushLong(column.values[row]!, to);
    case 'decimal':
      pushLong(column.values[2 * row + 1]!, to);
      scratch.setBigInt64(0, column.values[2 * row]!);
      return pushScratch(8, to);
    case 'bool':
      to.push(bitAt(column.values, row) ? 1 : 0);
      return;
    case 'bytes':
    case 'dictionary': {
      const { bytes, offsets } = entriesOf(column);
      const entry = entryOf(column, row);
      return pushBytes(bytes, offsets[entry]!, offsets[entry + 1]!, to);
    }
    case 'list':
      for (let item = column.offsets[row]!; item < column.offsets[row + 1]!; item++) {
        to.push(2);
        pushValue(column.items, item, to);
      }
      to.push(1);
      return;
    case 'struct':
      for (const member of Object.values(column.fields)) pushValue(member, row, to);
  }
}

// −0 is 0, and there is one NaN, above all others.
function pushNumber(value: number, to: number[]): void {
  scratch.setFloat64(0, value === 0 ? 0 : Number.isNaN(value) ? NaN : value);
  const high = scratch.getInt32(0);
  if (high < 0) {
    scratch.setInt32(0, ~high);
    scratch.setInt32(4, ~scratch.getInt32(4));
  } else {
    scratch.setInt32(0, high ^ (1 << 31));
  }
  pushScratch(8, to);
}

function pushLong(value: bigint, to: number[]): void {
  scratch.setBigInt64(0, value);
  scratch.setUint8(0, scratch.getUint8(0) ^ 0x80);
  pushScratch(8, to);
}

function pushScratch(length: number, to: number[]): void {
  for (let i = 0; i < length; i++) to.push(scratch.getUint8(i));
}

function pushBytes(bytes: Uint8Array, start: number, end: number, to: number[]): void {
  for (let i = start; i < end; i++) {
    to.push(bytes[i]!);
    if (bytes[i] === 0) to.push(255);
  }
  to.push(0, 0);
}
