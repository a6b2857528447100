import { valueAt } from '../batch/rows.js';
import { jsonBytes } from '../decode/json-bytes.js';
import { jsonDecoder } from '../decode/json-decoder.js';
import type { Fields, Row } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';
import { recordsOf } from './records-of.js';

// What a program appends to a topic, as the bytes that every topic has for it.

/** What a record can hold: a row (as JSON), text (as UTF-8), bytes as they are, or null for a tombstone. */
export type NewValue<F extends Fields = Fields> = Row<F> | string | Uint8Array | null;

const encoder = new TextEncoder();

/** The bytes of a value. */
export function valueBytes<F extends Fields>(schema: Schema<F>, value: NewValue<F>): Uint8Array | null {
  if (value === null || value instanceof Uint8Array) return value;
  return typeof value === 'string' ? encoder.encode(value) : jsonBytes(schema.fields, value);
}

/**
 * The bytes of the key of a record. A text or bytes have the key that a reader of the topic will look for in them: that of
 * the field, where it can be read.
 */
export function keyReader(
  schema: Schema,
  keyedBy: string | undefined,
): (record: { readonly key?: string | Uint8Array | null; readonly value: NewValue }) => Uint8Array | null {
  const decoder = keyedBy === undefined ? undefined : jsonDecoder(schema, new Set([keyedBy]));
  return ({ key, value }) => {
    if (key !== undefined) return typeof key === 'string' ? encoder.encode(key) : key;
    if (decoder === undefined || value === null) return null;
    if (typeof value !== 'string' && !(value instanceof Uint8Array)) return keyBytes(value[keyedBy!]);
    const { columns, rejected } = decoder.decode(recordsOf(0, [value]));
    return rejected.length > 0 ? null : keyBytes(valueAt(schema.fields[keyedBy!]!, columns[keyedBy!]!, 0));
  };
}

/** The key of a record whose field has this value: bytes as they are, all else as text. Null has no key. */
export function keyBytes(value: unknown): Uint8Array | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return value;
  return encoder.encode(value instanceof Date ? value.toISOString() : `${value as string | number}`);
}
