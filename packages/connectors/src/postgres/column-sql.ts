import type { ColumnType } from '@millrace/core';
import { columnReader, jsonText, type Column } from '@millrace/core/connector';
import { keyValue } from '../view/key-value.js';

/** The type of a column in a table that is made for it, as Postgres names it. */
export function sqlType({ kind, precision, scale }: ColumnType): string {
  switch (kind) {
    case 'utf8':
      return 'text';
    case 'int32':
      return 'integer';
    case 'int64':
      return 'bigint';
    case 'float64':
      return 'double precision';
    case 'decimal':
      return `numeric(${precision},${scale})`;
    case 'bool':
      return 'boolean';
    case 'timestamp':
      return 'timestamp with time zone';
    case 'binary':
      return 'bytea';
    case 'list':
    case 'struct':
      return 'jsonb';
  }
}

/** Reads the values of a column as the texts that Postgres casts to them; null where they are null. */
export function textReader(type: ColumnType, column: Column): (row: number) => string | null {
  return textsOf(type, columnReader(type, column));
}

/** The same for a column of a key: equal where Postgres takes the values for equal. */
export function keyReader(type: ColumnType, column: Column): (row: number) => string | null {
  const read = columnReader(type, column);
  return textsOf(type, (row) => keyValue(read(row)));
}

function textsOf(type: ColumnType, read: (row: number) => unknown): (row: number) => string | null {
  const text = textOf(type);
  return (row) => {
    const value = read(row);
    return value === null ? null : text(value);
  };
}

function textOf(type: ColumnType): (value: unknown) => string {
  switch (type.kind) {
    case 'utf8':
      return (value) => withoutNul(value as string);
    case 'float64':
      return (value) => (Object.is(value, -0) ? '-0' : String(value));
    case 'timestamp':
      return (value) => instantText(value as Date);
    case 'binary':
      return (value) => `\\x${Buffer.from(value as Uint8Array).toString('hex')}`;
    case 'list':
    case 'struct':
      return (value) => nestedText(type, value);
    default:
      return String;
  }
}

// Text in Postgres has no NUL: it is written as the character that stands for what cannot be shown.
function withoutNul(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}

// Years as Postgres writes them: of more than four digits without a sign, and before the year 1 counted backwards.
function instantText(date: Date): string {
  const year = date.getUTCFullYear();
  const rest = date.toISOString().slice(-20).replace('T', ' ').replace('Z', '+00');
  const before = year < 1;
  return `${String(before ? 1 - year : year).padStart(4, '0')}${rest}${before ? ' BC' : ''}`;
}

function nestedText(type: ColumnType, value: unknown): string {
  // The escape is a NUL only behind an even number of backslashes.
  return jsonText(type, value).replaceAll(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1\ufffd');
}
