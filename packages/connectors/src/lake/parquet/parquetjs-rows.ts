import type { ColumnType, Fields } from '@millrace/core';
import type { Declaration, Declarations, Node } from './parquetjs-library.js';
import { FieldMismatch, isMap } from './codec.js';

// Rows as the library takes and gives them: a list is { list: [{ element }] }, a map { key_value: [{ key, value }] }, and
// what is null is left out. It changes some numbers on their way in (whole ones above 2^53 are rounded, NaN is refused), so
// those are kept aside per column, in the order in which the library meets them, and put into its buffer afterwards.

/** Values per path of a column, joined by commas. */
export type ExactValues = Map<string, unknown[]>;

type Plain = { [name: string]: unknown };

/** The columns as the library declares them; everything may be null. */
export function declarations(fields: Fields): Declarations {
  return Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, declaration(type)]));
}

const leaves: { readonly [kind: string]: string } = {
  utf8: 'UTF8',
  binary: 'BYTE_ARRAY',
  bool: 'BOOLEAN',
  int32: 'INT32',
  int64: 'INT64',
  float64: 'DOUBLE',
  timestamp: 'TIMESTAMP_MICROS',
};

function declaration(type: ColumnType): Declaration {
  if (type.kind === 'struct') return { optional: true, fields: declarations(type.fields!) };
  if (isMap(type)) {
    const { key, value } = type.items!.fields!;
    const entry = { key: { ...declaration(key!), optional: false }, value: declaration(value!) };
    return { type: 'MAP', optional: true, fields: { key_value: { repeated: true, fields: entry } } };
  }
  if (type.kind === 'list') {
    const list = { repeated: true, fields: { element: declaration(type.items!) } };
    return { type: 'LIST', optional: true, fields: { list } };
  }
  return { type: leaves[type.kind]!, optional: true, compression: 'SNAPPY', statistics: false };
}

/** A row for the library. */
export function recordOf(fields: Fields, row: Plain, exact: ExactValues, path: readonly string[] = []): Plain {
  // Without a prototype: the library looks for names like "constructor" where the value is null.
  const record = Object.create(null) as Plain;
  for (const [name, type] of Object.entries(fields)) {
    const value = row[name];
    if (value !== null && value !== undefined) record[name] = given(type, value, exact, [...path, name]);
  }
  return record;
}

function given(type: ColumnType, value: unknown, exact: ExactValues, path: readonly string[]): unknown {
  switch (type.kind) {
    case 'struct':
      return recordOf(type.fields!, value as Plain, exact, path);
    case 'list': {
      const items = value as readonly unknown[];
      if (isMap(type)) {
        const entryPath = [...path, 'key_value'];
        return { key_value: items.map((entry) => recordOf(type.items!.fields!, entry as Plain, exact, entryPath)) };
      }
      const itemPath = [...path, 'list'];
      return { list: items.map((element) => recordOf({ element: type.items! }, { element }, exact, itemPath)) };
    }
    case 'int64':
    case 'float64':
      return aside(exact, path, value);
    case 'timestamp':
      return aside(exact, path, BigInt((value as Date).getTime()) * 1000n);
    case 'binary':
      return Buffer.from(value as Uint8Array);
    default:
      return value;
  }
}

function aside(exact: ExactValues, path: readonly string[], value: unknown): number {
  const key = path.join(',');
  const values = exact.get(key);
  if (values === undefined) exact.set(key, [value]);
  else values.push(value);
  return 0;
}

/** How to turn what the library gives of a column into a value of a row. */
export type Taker = (found: unknown) => unknown;

/**
 * How to take a column of a file as the wanted type.
 *
 * @throws FieldMismatch where that would change a value.
 */
export function takerOf(field: string, wanted: ColumnType, node: Node): Taker {
  const mismatch = (): never => {
    throw new FieldMismatch(field, kindOf(node), wanted);
  };
  if (wanted.kind === 'struct') {
    if (node.isNested !== true) return mismatch();
    const members = Object.entries(wanted.fields!).map(([name, type]): [string, Taker] => {
      if (!Object.hasOwn(node.fields!, name)) return [name, () => null];
      return [name, takerOf(`${field}.${name}`, type, node.fields![name]!)];
    });
    return orNull((found) =>
      Object.fromEntries(members.map(([name, take]) => [name, take(own(found as Plain, name))])),
    );
  }
  if (wanted.kind === 'list') {
    const [name, entries] = Object.entries(node.fields ?? {})[0] ?? [];
    if (entries?.repetitionType !== 'REPEATED' || entries.isNested !== true) return mismatch();
    const items = Object.entries(entries.fields!);
    const take = isMap(wanted) || items.length > 1 ? takerOf(`${field}[]`, wanted.items!, entries) : itemTaker(field, wanted, items[0]!); // prettier-ignore
    return orNull((found) => (((found as Plain)[name!] ?? []) as unknown[]).map(take));
  }
  const found = kindOf(node);
  if (found === wanted.kind) return wanted.kind === 'timestamp' ? orNull(timeTaker(node)) : orNull((value) => value);
  if (found === 'int32' && wanted.kind === 'int64') return orNull((value) => BigInt(value as number));
  if (found === 'int32' && wanted.kind === 'float64') return orNull((value) => value);
  return mismatch();
}

/** A member of a row of the library, and nothing that all objects have. */
export function own(row: Plain, name: string): unknown {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

function itemTaker(field: string, wanted: ColumnType, [name, node]: readonly [string, Node]): Taker {
  const take = takerOf(`${field}[]`, wanted.items!, node);
  return (item) => take((item as Plain)[name]);
}

function orNull(take: Taker): Taker {
  return (found) => (found === undefined || found === null ? null : take(found));
}

const unitsOfTime: { readonly [original: string]: bigint } = { TIMESTAMP_MICROS: 1000n, TIMESTAMP_MILLIS: 1n };

/** Takes the number, since the library's own way to a `Date` cuts towards zero. */
function timeTaker(node: Node): Taker {
  const unit = unitsOfTime[node.originalType!]!;
  return (found) => {
    const units = found as bigint;
    const millis = units / unit;
    return new Date(Number(units < 0n && millis * unit !== units ? millis - 1n : millis));
  };
}

function kindOf({ primitiveType, originalType, isNested }: Node): string {
  if (isNested === true) return 'struct';
  if (originalType !== undefined && originalType in unitsOfTime) return 'timestamp';
  const kinds: { readonly [type: string]: string } = {
    'BYTE_ARRAY UTF8': 'utf8',
    'BYTE_ARRAY ': 'binary',
    'BOOLEAN ': 'bool',
    'INT32 ': 'int32',
    'INT32 INT_32': 'int32',
    'INT64 ': 'int64',
    'INT64 INT_64': 'int64',
    'FLOAT ': 'float64',
    'DOUBLE ': 'float64',
  };
  const type = `${primitiveType ?? ''} ${originalType ?? ''}`;
  return kinds[type] ?? type.trim().toLowerCase();
}
