import { textBytes } from '../batch/text.js';
import type { ReferenceRow } from '../plan/reference.js';
import type { ColumnType } from '../schema/column-type.js';

/**
 * Says which of two rows comes first by (time, order), from plain values: null is first, text goes by its UTF-8 bytes,
 * NaN is above all numbers, −0 is 0. For references, which know nothing of columns.
 */
export function rowComparator(order: readonly ColumnType[]): (a: ReferenceRow, b: ReferenceRow) => number {
  return (a, b) => {
    const times = compareNumbers(a.time ?? -Infinity, b.time ?? -Infinity);
    return times !== 0 ? times : compareMembers(order, a.order, b.order);
  };
}

function compareMembers(types: readonly ColumnType[], a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < types.length; i++) {
    const order = comparePlain(types[i]!, a[i], b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function comparePlain(type: ColumnType, a: unknown, b: unknown): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  switch (type.kind) {
    case 'utf8':
      return compareBytes(textBytes(a as string), textBytes(b as string));
    case 'binary':
      return compareBytes(a as Uint8Array, b as Uint8Array);
    case 'timestamp':
      return compareNumbers((a as Date).getTime(), (b as Date).getTime());
    case 'decimal':
      // Of one scale, so that the digits alone decide.
      return compareNumbers(BigInt((a as string).replace('.', '')), BigInt((b as string).replace('.', '')));
    case 'list': {
      const [left, right] = [a as unknown[], b as unknown[]];
      const items = Array.from({ length: Math.min(left.length, right.length) }, () => type.items!);
      const order = compareMembers(items, left, right);
      return order !== 0 ? order : left.length - right.length;
    }
    case 'struct': {
      const members = Object.entries(type.fields!);
      const valuesOf = (value: unknown): unknown[] => members.map(([name]) => (value as Record<string, unknown>)[name]);
      return compareMembers(members.map(([, member]) => member), valuesOf(a), valuesOf(b)); // prettier-ignore
    }
    default:
      return compareNumbers(a as number | bigint | boolean, b as number | bigint | boolean);
  }
}

function compareNumbers(a: number | bigint | boolean, b: number | bigint | boolean): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
