import { type ColumnType } from '@millrace/core';
import { columnOf, columnReader } from '@millrace/core/operate';
import type { ColumnCleaner, RefusedRow } from './cleaned-column.js';
import { overBytes } from './over-bytes.js';
import { overDictionary } from './over-dictionary.js';
import { runSteps, type Step } from './step.js';

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
