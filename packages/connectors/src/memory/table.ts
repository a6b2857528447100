import type { Batch, Fields } from '@millrace/core';
import {
  batchBytes,
  compact,
  compareOrder,
  encodeKeys,
  gatherColumn,
  rowsOf,
  takeBatch,
  type Column,
} from '@millrace/core/connector';

/** Rows with what ranks them: a piece of what a view or list shows. */
export interface Table {
  readonly fields: Fields;
  readonly length: number;
  readonly columns: { readonly [name: string]: Column };
  readonly time: Float64Array | undefined;
  readonly order: readonly Column[];
}

/** A row of a schema that the reader does not know at compile time. */
export type AnyRow = { readonly [field: string]: unknown };

/** The selected rows of a batch. */
export function tableOf(batch: Batch, fields: Fields): Table {
  const { columns, length, time, order } = compact(batch);
  return { fields, length, columns: pick(columns, Object.keys(fields)), time, order };
}

/**
 * The rows of several tables as one. With a key only the row of each key that is greatest in (time, order), the later
 * table's where they are equal; else all, in their order. At least one table; their fields must be the same.
 */
export function mergeTables(tables: readonly Table[], key: readonly string[] | undefined): Table {
  const [first] = tables;
  const { tableOf, rowOf } = key === undefined ? allRows(tables) : latestRows(tables, key);
  const gather = (columns: readonly Column[]): Column => gatherColumn(columns, tableOf, rowOf);
  const names = Object.keys(first!.fields);
  return {
    fields: first!.fields,
    length: rowOf.length,
    columns: Object.fromEntries(names.map((name) => [name, gather(tables.map(({ columns }) => columns[name]!))])),
    time: first!.time === undefined ? undefined : gatherTimes(tables, tableOf, rowOf),
    order: first!.order.map((_, i) => gather(tables.map(({ order }) => order[i]!))),
  };
}

/** About how many bytes of memory a table takes; dictionaries as `batchBytes` counts them. */
export function tableBytes(table: Table, counted: Set<ArrayBufferLike>): number {
  return batchBytes(batchOf(table), counted);
}

/** Some rows of a table. */
export function takeTable(table: Table, rows: Int32Array): Table {
  const { length, columns, time, order } = takeBatch(batchOf(table), rows);
  return { fields: table.fields, length, columns, time, order };
}

/** The rows of a table as plain objects, in order of time, then of what breaks ties, where it has a time. */
export function sortedRows(table: Table): AnyRow[] {
  const rows = rowsOf(table.fields, batchOf(table));
  const { time, order } = table;
  if (time === undefined) return rows;
  const ranked = Array.from({ length: table.length }, (_, row) => row);
  ranked.sort((a, b) => time[a]! - time[b]! || compareOrder(order, a, order, b));
  return ranked.map((row) => rows[row]!);
}

/** Rows by number. */
export interface RowNumbers {
  readonly tableOf: Int32Array;
  readonly rowOf: Int32Array;
}

/** A table as a batch. */
function batchOf({ length, columns, time, order }: Table): Batch {
  return { length, selection: undefined, columns, time, order, group: new Int32Array(length), origin: undefined };
}

/** The key of each row of a table, as text that is equal where the keys are. */
export function keyTexts(table: Table, key: readonly string[]): readonly string[] {
  const { offsets, bytes } = encodeKeys(batchOf(table), key, { fields: table.fields });
  return Array.from({ length: table.length }, (_, row) => latin1(bytes, offsets[row]!, offsets[row + 1]!));
}

function latestRows(tables: readonly Table[], key: readonly string[]): RowNumbers {
  const latest = new Map<string, { table: number; row: number }>();
  tables.forEach((table, index) => {
    keyTexts(table, key).forEach((text, row) => {
      const before = latest.get(text);
      if (before === undefined) latest.set(text, { table: index, row });
      else if (!isBefore(table, row, tables[before.table]!, before.row)) {
        before.table = index;
        before.row = row;
      }
    });
  });
  const found = [...latest.values()];
  return { tableOf: Int32Array.from(found, (at) => at.table), rowOf: Int32Array.from(found, (at) => at.row) };
}

function isBefore(a: Table, rowA: number, b: Table, rowB: number): boolean {
  const byTime = (a.time?.[rowA] ?? 0) - (b.time?.[rowB] ?? 0);
  return byTime !== 0 ? byTime < 0 : compareOrder(a.order, rowA, b.order, rowB) < 0;
}

function allRows(tables: readonly Table[]): RowNumbers {
  const length = tables.reduce((sum, table) => sum + table.length, 0);
  const tableOf = new Int32Array(length);
  const rowOf = new Int32Array(length);
  let at = 0;
  tables.forEach((table, index) => {
    for (let row = 0; row < table.length; row++, at++) {
      tableOf[at] = index;
      rowOf[at] = row;
    }
  });
  return { tableOf, rowOf };
}

function gatherTimes(tables: readonly Table[], tableOf: Int32Array, rowOf: Int32Array): Float64Array {
  return Float64Array.from(rowOf, (row, i) => tables[tableOf[i]!]!.time![row]!);
}

function pick(columns: { readonly [name: string]: Column }, names: readonly string[]): { [name: string]: Column } {
  return Object.fromEntries(names.map((name) => [name, columns[name]!]));
}

// A text of one character per byte, whichever: long ones are decoded at once, which for a short one costs more than it saves.
const decoder = new TextDecoder('latin1');

function latin1(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 64) return decoder.decode(bytes.subarray(start, end));
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}
