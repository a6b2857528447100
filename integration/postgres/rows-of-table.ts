import type { ColumnType, Fields } from '@millrace/core';
import { jsonReader } from '@millrace/core/connector';
import type { Query } from './query.js';

type Row = { readonly [field: string]: unknown };

/** What `psql` would show of a table, as rows; nothing where there is no table. */
export async function rowsOfTable(query: Query, name: string, fields: Fields): Promise<readonly Row[]> {
  const columns = Object.keys(fields).map((field) => `"${field}"::text AS "${field}"`);
  // Instants as milliseconds: the texts of Postgres depend on settings.
  const instants = Object.entries(fields).map(([field, { kind }], i) =>
    kind === 'timestamp' ? `(extract(epoch FROM "${field}") * 1000)::bigint::text AS "${field}"` : columns[i],
  );
  const readers = Object.entries(fields).map(([field, type]) => [field, valueReader(type)] as const);
  try {
    const rows = await query(`SELECT ${instants.join(', ')} FROM "${name}"`);
    return rows.map((row) => Object.fromEntries(readers.map(([field, read]) => [field, row[field] === null ? null : read(row[field] as string)]))); // prettier-ignore
  } catch (error) {
    if ((error as { code?: string }).code === '42P01') return [];
    throw error;
  }
}

function valueReader(type: ColumnType): (text: string) => unknown {
  switch (type.kind) {
    case 'int32':
    case 'float64':
      return Number;
    case 'int64':
      return BigInt;
    case 'bool':
      return (text) => text === 'true';
    case 'timestamp':
      return (text) => new Date(Number(text));
    case 'binary':
      return (text) => Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
    case 'list':
    case 'struct':
      return jsonReader(type);
    default:
      return (text) => text;
  }
}
