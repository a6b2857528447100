import { bitAt } from './bits.js';
import { type BytesColumn, type Column, type DecimalColumn, isNull, type ListColumn } from './column.js';
import { entriesOf, entryOf } from './text.js';

/**
 * Which of two rows comes first in reading order: below 0 for `rowA` of `a`, above 0 for `rowB` of `b`, 0 where they
 * are equal. Columns count from the first; null is first, text goes by its bytes, NaN is above all, −0 is 0.
 */
export function compareOrder(a: readonly Column[], rowA: number, b: readonly Column[], rowB: number): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareValues(a[i]!, rowA, b[i]!, rowB);
    if (order !== 0) return order;
  }
  return 0;
}

/** The same for one column each, of one type. */
export function compareValues(a: Column, rowA: number, b: Column, rowB: number): number {
  if (a.validity !== undefined || b.validity !== undefined) {
    const nullA = isNull(a, rowA);
    if (nullA || isNull(b, rowB)) return nullA ? (isNull(b, rowB) ? 0 : -1) : 1;
  }
  switch (a.layout) {
    case 'int32':
      return a.values[rowA]! - (b as typeof a).values[rowB]!;
    case 'float64':
      return compareNumbers(a.values[rowA]!, (b as typeof a).values[rowB]!);
    case 'int64': {
      const left = a.values[rowA]!;
      const right = (b as typeof a).values[rowB]!;
      return left < right ? -1 : left > right ? 1 : 0;
    }
    case 'decimal':
      return compareDecimals(a, rowA, b as typeof a, rowB);
    case 'bool':
      return Number(bitAt(a.values, rowA)) - Number(bitAt((b as typeof a).values, rowB));
    case 'bytes':
    case 'dictionary': {
      const other = b as typeof a;
      return compareBytes(entriesOf(a), entryOf(a, rowA), entriesOf(other), entryOf(other, rowB));
    }
    case 'list':
      return compareLists(a, rowA, b as typeof a, rowB);
    case 'struct':
      for (const name of Object.keys(a.fields)) {
        const order = compareValues(a.fields[name]!, rowA, (b as typeof a).fields[name]!, rowB);
        if (order !== 0) return order;
      }
      return 0;
  }
}

function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

function compareDecimals(a: DecimalColumn, rowA: number, b: DecimalColumn, rowB: number): number {
  const highA = a.values[2 * rowA + 1]!;
  const highB = b.values[2 * rowB + 1]!;
  if (highA !== highB) return highA < highB ? -1 : 1;
  const lowA = BigInt.asUintN(64, a.values[2 * rowA]!);
  const lowB = BigInt.asUintN(64, b.values[2 * rowB]!);
  return lowA < lowB ? -1 : lowA > lowB ? 1 : 0;
}

function compareBytes(a: BytesColumn, rowA: number, b: BytesColumn, rowB: number): number {
  if (a === b && rowA === rowB) return 0;
  let i = a.offsets[rowA]!;
  let j = b.offsets[rowB]!;
  const lengthA = a.offsets[rowA + 1]! - i;
  const lengthB = b.offsets[rowB + 1]! - j;
  for (const end = i + Math.min(lengthA, lengthB); i < end; i++, j++) {
    const order = a.bytes[i]! - b.bytes[j]!;
    if (order !== 0) return order;
  }
  return lengthA - lengthB;
}

function compareLists(a: ListColumn, rowA: number, b: ListColumn, rowB: number): number {
  let i = a.offsets[rowA]!;
  let j = b.offsets[rowB]!;
  const lengthA = a.offsets[rowA + 1]! - i;
  const lengthB = b.offsets[rowB + 1]! - j;
  for (const end = i + Math.min(lengthA, lengthB); i < end; i++, j++) {
    const order = compareValues(a.items, i, b.items, j);
    if (order !== 0) return order;
  }
  return lengthA - lengthB;
}
