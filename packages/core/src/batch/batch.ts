import type { Fields } from '../schema/column-type.js';
import type { Records } from '../connector/records.js';
import type { Column } from './column.js';

/**
 * A columnar run of records. Immutable: an operator that changes something makes a new batch, which may share columns.
 *
 * `length` counts the physical rows. `selection`, where it is set, holds the rows that are in the batch, ascending; all
 * others were filtered out and must not be read. `columns` holds at least the columns that something downstream needs.
 */
export interface Batch<F extends Fields = Fields> {
  readonly length: number;
  readonly selection: Int32Array | undefined;
  readonly columns: { readonly [K in keyof F]?: Column } & { readonly [name: string]: Column };
  /** Event time in ms UTC, one per physical row, once `eventTime` has set it. */
  readonly time: Float64Array | undefined;
  /** What breaks ties under event time, most significant first: source, partition, offset until the first aggregate. */
  readonly order: readonly Column[];
  /** The key group of each physical row: its source partition, or behind an exchange one of 64 shards. */
  readonly group: Int32Array;
  /** The records that the rows were decoded from, while rows and records are one to one. */
  readonly origin: BatchOrigin | undefined;
}

/** Where the rows of a batch came from: row `i` was decoded from record `i` of `records`. */
export interface BatchOrigin {
  readonly source: string;
  readonly records: Records;
}

/** Columns alone as a batch, for whoever reads nothing else of it. */
export function bareBatch(columns: Batch['columns'], length: number, group?: Int32Array): Batch {
  return {
    length,
    selection: undefined,
    columns,
    time: undefined,
    order: [],
    group: group ?? new Int32Array(length),
    origin: undefined,
  };
}

/** The number of rows that are in the batch: the selected ones. */
export function rowCount(batch: Batch): number {
  return batch.selection === undefined ? batch.length : batch.selection.length;
}

/** The same batch narrowed to `selection` (physical rows, ascending). */
export function select<F extends Fields>(batch: Batch<F>, selection: Int32Array): Batch<F> {
  return { ...batch, selection };
}

/** The physical rows that are in the batch, ascending. */
export function selectedRows(batch: Batch): Int32Array {
  return batch.selection ?? ascending(batch.length);
}

let ascendingRows = new Int32Array(0);

// Shared and never written after it was made: most batches are unfiltered, and all of them count from zero.
function ascending(length: number): Int32Array {
  if (ascendingRows.length < length) {
    ascendingRows = new Int32Array(Math.max(length, ascendingRows.length * 2, 8192)).map((_, i) => i);
  }
  return ascendingRows.subarray(0, length);
}
