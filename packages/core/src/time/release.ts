import type { Batch } from '../batch/batch.js';
import type { Column } from '../batch/column.js';
import { gatherParts, type ChunkRows } from '../batch/gather.js';
import { gatherLater } from '../batch/gather-later.js';

/** Rows that have waited long enough. */
export interface Release {
  /** The rows as one batch sorted by (time, order), without the columns that are not to be moved. */
  readonly batch: Batch;
  /** The same rows where they came from, with all columns. */
  readonly parts: readonly ReleasedPart[];
}

/**
 * Rows of one batch that came in, in the order in which they are there (in that of time they would be all over its
 * memory): row `rows[i]` of it has become row `at[i]` of the release.
 */
export interface ReleasedPart extends ChunkRows {
  readonly batch: Batch;
}

/** The rows in their places as one batch, of the columns `names`. */
export function gathered(parts: readonly ReleasedPart[], names: readonly string[], length: number): Batch {
  const time = new Float64Array(length);
  const group = new Int32Array(length);
  for (const { batch, rows, at } of parts) {
    const times = batch.time!;
    for (let i = 0; i < rows.length; i++) {
      time[at[i]!] = times[rows[i]!]!;
      group[at[i]!] = batch.group[rows[i]!]!;
    }
  }
  const columnsOf = (columnIn: (batch: Batch) => Column): Column[] => parts.map(({ batch }) => columnIn(batch));
  return {
    length,
    selection: undefined,
    columns: Object.fromEntries(
      names.map((name) => [name, gatherParts(columnsOf((batch) => batch.columns[name]!), parts, length)]), // prettier-ignore
    ),
    time,
    // Looked at by few of those who get the rows, so it is moved when it is.
    order: parts[0]!.batch.order.map((_, i) => gatherLater(columnsOf((batch) => batch.order[i]!), parts, length)), // prettier-ignore
    group,
    origin: undefined,
  };
}
