import { type ColumnType } from '@millrace/core';
import { type Column, columnOf, columnReader } from '@millrace/core/operate';
import { overBytes } from './over-bytes.js';
import { overDictionary } from './over-dictionary.js';
import { type Refusal, runSteps, type Step } from './step.js';

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

/** The cleaner of one column in one task: per layout the cheapest way to the same outcome. */
export function columnCleaner(steps: readonly Step[], input: ColumnType, output: ColumnType): ColumnCleaner {
  const byEntry = overDictionary(steps, output);
  const byBytes = overBytes(steps, output);
  const byValue = overValues(steps, input, output);
  return (column, rows, length) => {
    if (column.layout === 'dictionary') return byEntry(column, rows);
    const byKernel = column.layout === 'bytes' && byBytes !== undefined;
    return byKernel ? byBytes(column, rows, length) : byValue(column, rows, length);
  };
}

function overValues(steps: readonly Step[], input: ColumnType, output: ColumnType): ColumnCleaner {
  return (column, rows, length) => {
    const read = columnReader(input, column);
    const values = new Array<unknown>(length);
    const refused: RefusedRow[] = [];
    for (const row of rows) {
      const outcome = runSteps(steps, read(row));
      if (typeof outcome === 'symbol') refused.push({ row, reason: outcome });
      else values[row] = outcome;
    }
    return { column: columnOf(output, values), refused };
  };
}
