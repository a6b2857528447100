import type { ColumnType, Fields } from '../schema/column-type.js';
import { encodeBase64 } from './base64.js';

const utf8 = new TextEncoder();

/**
 * A row as the JSON object that `jsonDecoder` reads back to the same values.
 *
 * A `Date` becomes ISO 8601 in UTC, a `bigint` and a decimal their digits, a `Uint8Array` base64. NaN and the
 * infinities, for which JSON has no numbers, become the texts `"NaN"`, `"Infinity"` and `"-Infinity"`. A field that is
 * undefined is left out. A value that does not fit its field is written as what it is, so that the decoder rejects it.
 *
 * @example
 * ```ts
 * import { decimal, int64, schema, timestamp } from '@millrace/core';
 * import { jsonBytes } from '@millrace/core/connector';
 *
 * const { fields } = schema({ at: timestamp, id: int64, fare: decimal(10, 2) });
 * const bytes = jsonBytes(fields, { at: new Date(0), id: 9007199254740993n, fare: '11.80' });
 * console.log(new TextDecoder().decode(bytes)); // {"at":"1970-01-01T00:00:00.000Z","id":9007199254740993,"fare":11.80}
 * ```
 */
export function jsonBytes(fields: Fields, row: { readonly [name: string]: unknown }): Uint8Array {
  return utf8.encode(objectText(fields, row));
}

// Of an object that stands where none is declared, whatever it has.
function objectText(fields: Fields | undefined, row: { readonly [name: string]: unknown }): string {
  const members = Object.keys(fields ?? row)
    .filter((name) => Object.hasOwn(row, name) && row[name] !== undefined)
    .map((name) => `${JSON.stringify(name)}:${jsonText(fields?.[name], row[name])}`);
  return `{${members.join(',')}}`;
}

const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** A value as the JSON text that `jsonBytes` writes for a field of its type. */
export function jsonText(type: ColumnType | undefined, value: unknown): string {
  switch (typeof value) {
    case 'string':
      return type?.kind === 'decimal' && jsonNumber.test(value) ? value : JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) return `"${value}"`;
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return String(value);
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : nestedText(type, value);
    default:
      return 'null'; // undefined in a list
  }
}

function nestedText(type: ColumnType | undefined, value: object): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '"Invalid Date"' : `"${value.toISOString()}"`;
  if (value instanceof Uint8Array) return `"${encodeBase64(value)}"`;
  if (Array.isArray(value)) return `[${value.map((item) => jsonText(type?.items, item)).join(',')}]`;
  return objectText(type?.fields, value as { readonly [name: string]: unknown });
}
