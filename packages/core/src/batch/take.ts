import type { Fields } from '../schema/column-type.js';
import type { Batch } from './batch.js';
import { emptyBits } from './bits.js';
import { copyRun, viewed } from './copy-bytes.js';
import type { BytesColumn, Column, ListColumn } from './column.js';

/**
 * The given rows of a column, in that order; a row may occur more than once. A dictionary stays the same object.
 */
export function takeColumn(column: Column, rows: Int32Array): Column {
  const validity = column.validity === undefined ? undefined : takeBits(column.validity, rows);
  switch (column.layout) {
    case 'int32':
      return { layout: 'int32', values: takeInto(new Int32Array(rows.length), column.values, rows), validity };
    case 'float64':
      return { layout: 'float64', values: takeNumbers(column.values, rows), validity };
    case 'int64':
      return { layout: 'int64', values: takeLongs(column.values, rows), validity };
    case 'decimal':
      return { layout: 'decimal', values: takeDecimals(column.values, rows), validity };
    case 'bool':
      return { layout: 'bool', values: takeBits(column.values, rows), validity };
    case 'bytes':
      return takeBytes(column, rows, validity);
    case 'dictionary': {
      const codes = takeInto(new Int32Array(rows.length), column.codes, rows);
      return { layout: 'dictionary', codes, dictionary: column.dictionary, validity };
    }
    case 'list':
      return takeLists(column, rows, validity);
    case 'struct': {
      const members = Object.entries(column.fields);
      const fields = Object.fromEntries(members.map(([name, member]) => [name, takeColumn(member, rows)]));
      return { layout: 'struct', fields, validity };
    }
  }
}

/**
 * A compact copy of the given rows, in that order, with time, order and group. It has no `origin`: who needs the
 * records takes them too (`takeRecords`).
 */
export function takeBatch<F extends Fields>(batch: Batch<F>, rows: Int32Array): Batch<F> {
  const columns = Object.entries(batch.columns).map(([name, column]) => [name, takeColumn(column, rows)]);
  return {
    length: rows.length,
    selection: undefined,
    columns: Object.fromEntries(columns) as Batch<F>['columns'],
    time: batch.time === undefined ? undefined : takeNumbers(batch.time, rows),
    order: batch.order.map((column) => takeColumn(column, rows)),
    group: takeInto(new Int32Array(rows.length), batch.group, rows),
    origin: undefined,
  };
}

/** The batch without the rows that were filtered out: itself where there are none. */
export function compact<F extends Fields>(batch: Batch<F>): Batch<F> {
  if (batch.selection === undefined) return batch;
  if (batch.selection.length === batch.length) return { ...batch, selection: undefined };
  return takeBatch(batch, batch.selection);
}

/** The given bits. */
function takeBits(bits: Uint8Array, rows: Int32Array): Uint8Array {
  const taken = emptyBits(rows.length);
  for (let byte = 0, i = 0; byte < taken.length; byte++) {
    let collected = 0;
    for (let bit = 0; bit < 8 && i < rows.length; bit++, i++) {
      const row = rows[i]!;
      collected |= ((bits[row >> 3]! >> (row & 7)) & 1) << bit;
    }
    taken[byte] = collected;
  }
  return taken;
}

function takeInto(target: Int32Array, values: Int32Array, rows: Int32Array): Int32Array {
  for (let i = 0; i < rows.length; i++) target[i] = values[rows[i]!]!;
  return target;
}

/** The given numbers. */
export function takeNumbers(values: Float64Array, rows: Int32Array): Float64Array {
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]!]!;
  return taken;
}

function takeLongs(values: BigInt64Array, rows: Int32Array): BigInt64Array {
  // As halves: reading a BigInt64Array makes an object per value.
  const from = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const taken = new Int32Array(rows.length * 2);
  for (let i = 0, to = 0; i < rows.length; i++, to += 2) {
    const row = 2 * rows[i]!;
    taken[to] = from[row]!;
    taken[to + 1] = from[row + 1]!;
  }
  return new BigInt64Array(taken.buffer);
}

function takeDecimals(values: BigInt64Array, rows: Int32Array): BigInt64Array {
  const from = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const taken = new Int32Array(rows.length * 4);
  for (let i = 0, to = 0; i < rows.length; i++, to += 4) {
    const row = 4 * rows[i]!;
    taken[to] = from[row]!;
    taken[to + 1] = from[row + 1]!;
    taken[to + 2] = from[row + 2]!;
    taken[to + 3] = from[row + 3]!;
  }
  return new BigInt64Array(taken.buffer);
}

function takeBytes(column: BytesColumn, rows: Int32Array, validity: Uint8Array | undefined): BytesColumn {
  const from = column.offsets;
  const offsets = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) offsets[i + 1] = offsets[i]! + from[rows[i]! + 1]! - from[rows[i]!]!;
  const bytes = new Uint8Array(offsets[rows.length]!);
  const source = viewed(column.bytes);
  const target = viewed(bytes);
  for (let i = 0; i < rows.length;) {
    // Filters leave runs of rows, whose bytes lie side by side.
    const first = i++;
    while (i < rows.length && rows[i] === rows[i - 1]! + 1) i++;
    copyRun(source, from[rows[first]!]!, from[rows[i - 1]! + 1]!, target, offsets[first]!);
  }
  return { layout: 'bytes', offsets, bytes, validity };
}

function takeLists(column: ListColumn, rows: Int32Array, validity: Uint8Array | undefined): ListColumn {
  const from = column.offsets;
  const offsets = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) offsets[i + 1] = offsets[i]! + from[rows[i]! + 1]! - from[rows[i]!]!;
  const items = new Int32Array(offsets[rows.length]!);
  for (let i = 0, to = 0; i < rows.length; i++) {
    for (let item = from[rows[i]!]!; item < from[rows[i]! + 1]!; item++) items[to++] = item;
  }
  return { layout: 'list', offsets, items: takeColumn(column.items, items), validity };
}
