import type { Schema } from '@millrace/core';
import { columnReader, encodeKeys, KeyTable, selectedRows, type Batch } from '@millrace/core/operate';

/** The keys of the rows of a batch, each once. */
export interface DistinctKeys {
  /** The selected rows, ascending. */
  readonly rows: Int32Array;
  /** Per row of `rows`, which of `distinct` is its key. */
  readonly entries: Int32Array;
  /** The keys as a view is asked for them; undefined for one with a null in it, which nothing matches. */
  readonly distinct: readonly ({ readonly [field: string]: unknown } | undefined)[];
}

/** Finds the keys of batches: `by` are the names of a key's fields, and the fields of the batch that hold their values. */
export function distinctKeys(
  by: readonly (readonly [key: string, field: string])[],
  schema: Schema,
): (batch: Batch) => DistinctKeys {
  const fields = by.map(([, field]) => field);
  return (batch) => {
    const rows = selectedRows(batch);
    const entries = new Int32Array(rows.length);
    const table = new KeyTable();
    table.findOrInsert(encodeKeys(batch, fields, schema), rows, entries);
    const rowOf = new Int32Array(table.size);
    for (let i = rows.length - 1; i >= 0; i--) rowOf[entries[i]!] = rows[i]!;
    const readers = by.map(
      ([key, field]) => [key, columnReader(schema.fields[field]!, batch.columns[field]!)] as const,
    );
    const distinct = Array.from(rowOf, (row) => {
      const values = readers.map(([key, read]) => [key, read(row)] as const);
      return values.some(([, value]) => value === null) ? undefined : Object.fromEntries(values);
    });
    return { rows, entries, distinct };
  };
}
