import { isNull, selectedRows, type Batch } from '@millrace/core/operate';

/** The rows of a batch, ascending: those whose fields are all there, and those of which one is null. */
export interface KeyedRows {
  readonly keyed: Int32Array;
  readonly keyless: Int32Array;
}

const none = new Int32Array(0);

/** Splits the rows of a batch by whether one of `fields` is null. */
export function splitByNull(batch: Batch, fields: readonly string[]): KeyedRows {
  const rows = selectedRows(batch);
  const columns = fields.map((field) => batch.columns[field]!).filter(({ validity }) => validity !== undefined);
  if (columns.length === 0) return { keyed: rows, keyless: none };
  const keyless = rows.filter((row) => columns.some((column) => isNull(column, row)));
  if (keyless.length === 0) return { keyed: rows, keyless };
  return { keyed: rows.filter((row) => columns.every((column) => !isNull(column, row))), keyless };
}

/** Two ascending lists of rows as one. */
export function joined(a: Int32Array, b: Int32Array): Int32Array {
  if (b.length === 0) return a;
  const rows = new Int32Array(a.length + b.length);
  rows.set(a);
  rows.set(b, a.length);
  return rows.sort();
}
