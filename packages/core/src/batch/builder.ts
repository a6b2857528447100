import type { Column } from './column.js';

/**
 * Collects values of one column. `finish` gives the column of all that was appended since the last `finish`, and the
 * builder begins anew with its buffers (and, for text, its dictionary) kept: hold one per column over many batches.
 */
export interface ColumnBuilder {
  /** Appends a value as rows hold it (a `Date` or milliseconds for a timestamp); null and undefined are null. */
  append(value: unknown): void;
  appendNull(): void;
  finish(): Column;
}
