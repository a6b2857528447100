import type { Batch, ColumnType, Fields } from '@millrace/core';
import { columnReader, jsonText, rankBytes, selectedRows, type Column } from '@millrace/core/connector';
import { keyValue } from '../view/key-value.js';

/** A row as scripts take it: `[key, time, rank, field, value, …]` as JSON. */
export interface TextRow {
  readonly key: string;
  /** Hexadecimal: sorts as (time, order) does. */
  readonly rank: string;
  readonly json: string;
}

/**
 * The rows of a batch as texts, for people to read and for `rowReader`. A null is left out.
 *
 * Text stands as it is, numbers as decimals, an instant as ISO 8601 in UTC, binary as base64, lists and structs as JSON.
 */
export function textRows(batch: Batch, fields: Fields, key: readonly string[]): TextRow[] {
  const readers = Object.entries(fields).map(([name, type]) => [name, textReader(type, batch.columns[name]!)] as const);
  const keyOf = keyReader(batch, fields, key);
  const rows = selectedRows(batch);
  const ranks = rankBytes(batch.time!, batch.order, rows);
  return Array.from(rows, (row, i) => {
    const key = keyOf(row);
    const rank = Buffer.from(ranks[i]!).toString('hex');
    const values = [key, String(batch.time![row]), rank];
    for (const [name, read] of readers) {
      const text = read(row);
      if (text !== null) values.push(name, text);
    }
    return { key, rank, json: JSON.stringify(values) };
  });
}

/** The key of each row as a JSON list of texts: the end of the name under which its row is kept. */
export function keyReader({ columns }: Pick<Batch, 'columns'>, fields: Fields, key: readonly string[]) {
  const readers = key.map((name) => textReader(fields[name]!, columns[name]!, true));
  return (row: number): string => JSON.stringify(readers.map((read) => read(row)));
}

function textReader(type: ColumnType, column: Column, isKey = false): (row: number) => string | null {
  const read = columnReader(type, column);
  const text = textOf(type);
  return (row) => {
    const value = read(row);
    return value === null ? null : text(isKey ? keyValue(value) : value);
  };
}

function textOf(type: ColumnType): (value: unknown) => string {
  switch (type.kind) {
    case 'float64':
      return (value) => (Object.is(value, -0) ? '-0' : String(value));
    case 'timestamp':
      return (value) => (value as Date).toISOString();
    case 'binary':
      return (value) => Buffer.from(value as Uint8Array).toString('base64');
    case 'list':
    case 'struct':
      return (value) => jsonText(type, value);
    default:
      return String;
  }
}
