import type { Column } from '../batch/column.js';
import { compareOrder } from '../batch/compare.js';

// Rows by (time, order). Times of one release lie close together, so rows are counted into one bucket per millisecond;
// what is already in order inside a bucket stays so, and mostly all of it is.

const bucketsPerRow = 64;
const bucketsMax = 1 << 22;
let buckets = new Int32Array(0);

/**
 * The first `count` rows by ascending time: a permutation of 0 … count − 1. Rows of one time keep their order.
 */
export function sortedByTime(times: Float64Array, count: number): Int32Array {
  const rows = new Int32Array(count);
  let least = Infinity;
  let greatest = -Infinity;
  let ascending = true;
  let whole = true;
  for (let i = 0; i < count; i++) {
    const time = times[i]!;
    rows[i] = i;
    if (time < greatest) ascending = false;
    else greatest = time;
    if (time < least) least = time;
    if (time !== Math.floor(time)) whole = false;
  }
  if (ascending) return rows;
  const range = greatest - least + 1;
  if (whole && range <= bucketsPerRow * count && range <= bucketsMax) return counted(times, rows, least, range);
  return rows.sort((a, b) => times[a]! - times[b]! || a - b);
}

/**
 * Puts rows of one time into order, in place: `rows` ascends by time, and `compare` says which of two rows comes first.
 */
export function sortTies(times: Float64Array, rows: Int32Array, compare: (a: number, b: number) => number): void {
  for (let from = 0; from < rows.length;) {
    const time = times[rows[from]!]!;
    let to = from + 1;
    let ordered = true;
    while (to < rows.length && times[rows[to]!] === time) {
      if (compare(rows[to - 1]!, rows[to]!) > 0) ordered = false;
      to++;
    }
    if (!ordered) rows.subarray(from, to).sort(compare);
    from = to;
  }
}

/** Whether the order columns ascend along `rows`. May say no where finding out would take long. */
export function isInOrder(order: readonly Column[], rows: Int32Array): boolean {
  let first = 0;
  while (first < order.length - 1 && isConstant(order[first]!, rows)) first++;
  const rest = order.slice(first);
  const [column] = rest;
  if (column === undefined) return rows.length <= 1;
  if (rest.length === 1 && (column.layout === 'float64' || column.layout === 'int32')) {
    return column.validity === undefined && ascend(column.values, rows);
  }
  for (let i = 1; i < rows.length; i++) if (compareOrder(rest, rows[i - 1]!, rest, rows[i]!) > 0) return false;
  return true;
}

function counted(times: Float64Array, rows: Int32Array, least: number, range: number): Int32Array {
  if (buckets.length < range + 1) buckets = new Int32Array(range + 1);
  else buckets.fill(0, 0, range + 1);
  for (let i = 0; i < rows.length; i++) buckets[times[i]! - least + 1]!++;
  for (let i = 1; i < range; i++) buckets[i]! += buckets[i - 1]!;
  for (let i = 0; i < rows.length; i++) rows[buckets[times[i]! - least]!++] = i;
  return rows;
}

function isConstant(column: Column, rows: Int32Array): boolean {
  if (column.validity !== undefined) return false;
  if (column.layout !== 'int32' && column.layout !== 'dictionary') return false;
  const values = column.layout === 'int32' ? column.values : column.codes;
  const first = values[rows[0]!]!;
  for (let i = 1; i < rows.length; i++) if (values[rows[i]!] !== first) return false;
  return true;
}

function ascend(values: Float64Array | Int32Array, rows: Int32Array): boolean {
  for (let i = 1; i < rows.length; i++) if (!(values[rows[i - 1]!]! <= values[rows[i]!]!)) return false;
  return true;
}
