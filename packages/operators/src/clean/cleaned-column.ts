import type { Column } from '@millrace/core/operate';
import type { Refusal } from './step.js';

/**
 * Makes one column of a batch of another: values at `rows` (physical, ascending) of a column of `length` rows. What
 * stands at all other rows, and at the refused ones, is unspecified.
 */
export type ColumnCleaner = (column: Column, rows: Int32Array, length: number) => CleanedColumn;

/** The new column, and the rows that were refused, ascending. */
export interface CleanedColumn {
  readonly column: Column;
  readonly refused: readonly RefusedRow[];
}

/** A row that a rule refused. */
export interface RefusedRow {
  readonly row: number;
  readonly reason: Refusal;
}
