import type { ColumnType, Fields } from '@millrace/core';
import { jsonDecoder, recordsOf, rowsOf } from '@millrace/core/connector';
import type { Query } from './query.js';

type Row = { readonly [field: string]: unknown };

/** What `psql` would show of a table, as rows; nothing where there is no table. */
export async function rowsOfTable(query: Query, name: string, fields: Fields): Promise<readonly Row[]> {
  const columns = Object.keys(fields).map((field) => `"${field}"::text AS "${field}"`);
  // Instants as milliseconds: the texts of Postgres depend on settings.
  const instants = Object.entries(fields).map(([field, { kind }], i) =>
    kind === 'timestamp' ? `(extract(epoch FROM "${field}") * 1000)::bigint::text AS "${field}"` : columns[i],
  );
  try {
    const rows = await query(`SELECT ${instants.join(', ')} FROM "${name}"`);
    return rows.map((row) => Object.fromEntries(Object.entries(fields).map(([field, type]) => [field, valueOf(type, row[field] as string | null)]))); // prettier-ignore
  } catch (error) {
    if ((error as { code?: string }).code === '42P01') return [];
    throw error;
  }
}

function valueOf(type: ColumnType, text: string | null): unknown {
  if (text === null) return null;
  switch (type.kind) {
    case 'int32':
    case 'float64':
      return Number(text);
    case 'int64':
      return BigInt(text);
    case 'bool':
      return text === 'true';
    case 'timestamp':
      return new Date(Number(text));
    case 'binary':
      return Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
    case 'list':
    case 'struct': {
      const fields = { value: type };
      const { columns } = jsonDecoder({ fields }, new Set(['value'])).decode(recordsOf(0, [`{"value":${text}}`]));
      const batch = { length: 1, selection: undefined, columns, time: undefined, order: [], group: new Int32Array(1), origin: undefined }; // prettier-ignore
      return rowsOf(fields, batch)[0]!.value;
    }
    default:
      return text;
  }
}
