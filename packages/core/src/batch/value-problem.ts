import type { ColumnType } from '../schema/column-type.js';
import { typeText } from '../schema/schema.js';
import { parseDecimal } from './decimal.js';

/**
 * What keeps a value, as rows hold it, out of a column of `type`: the rest of a sentence about it, without the value
 * itself; undefined where it fits. A timestamp may also be whole milliseconds, and undefined counts as null.
 */
export function valueProblem(type: ColumnType, value: unknown): string | undefined {
  if (value === null || value === undefined)
    return type.nullable ? undefined : `is ${value} where ${typeText(type)} is needed`;
  switch (type.kind) {
    case 'list':
      return Array.isArray(value) ? itemProblem(type.items!, value) : misfit(type, value);
    case 'struct':
      return typeof value === 'object' && !Array.isArray(value) ? memberProblem(type, value) : misfit(type, value);
    default:
      return fits(type, value) ? undefined : misfit(type, value);
  }
}

function fits(type: ColumnType, value: unknown): boolean {
  switch (type.kind) {
    case 'utf8':
      return typeof value === 'string';
    case 'int32':
      return typeof value === 'number' && (value | 0) === value;
    case 'int64':
      return typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
    case 'float64':
      return typeof value === 'number';
    case 'decimal':
      return typeof value === 'string' && parseDecimal(value, type.precision!, type.scale!) !== undefined;
    case 'bool':
      return typeof value === 'boolean';
    case 'timestamp':
      return isInstant(value instanceof Date ? value.getTime() : value);
    case 'binary':
      return value instanceof Uint8Array;
    case 'list':
    case 'struct':
      return false;
  }
}

function itemProblem(items: ColumnType, values: readonly unknown[]): string | undefined {
  for (const value of values) {
    const problem = valueProblem(items, value);
    if (problem !== undefined) return `has an item that ${problem}`;
  }
  return undefined;
}

function memberProblem({ fields }: ColumnType, value: object): string | undefined {
  for (const [name, member] of Object.entries(fields!)) {
    const problem = valueProblem(member, (value as { readonly [name: string]: unknown })[name]);
    if (problem !== undefined) return `has a member "${name}" that ${problem}`;
  }
  return undefined;
}

function misfit(type: ColumnType, value: unknown): string {
  return `is ${kindOf(value)} where ${typeText(type)} is needed`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid date' : 'a date';
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'number') return Number.isInteger(value) ? 'a whole number' : 'a fractional number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Whole milliseconds, in the range of `Date`. */
function isInstant(value: unknown): boolean {
  return Number.isInteger(value) && Math.abs(value as number) <= 8.64e15;
}
