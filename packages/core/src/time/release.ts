import type { Batch } from '../batch/batch.js';
import type { Column } from '../batch/column.js';
import { gatherColumn } from '../batch/gather.js';
import { gatherLater } from '../batch/gather-later.js';

/** Rows that have waited long enough. */
export interface Release {
  /** The rows as one batch sorted by (time, order), without the columns that are not to be moved. */
  readonly batch: Batch;
  /** The same rows where they came from, with all columns. */
  readonly parts: () => readonly ReleasedPart[];
}

/** Rows of one batch that came in: row `rows[i]` of it has become row `at[i]` of the release. */
export interface ReleasedPart {
  readonly batch: Batch;
  readonly rows: Int32Array;
  readonly at: Int32Array;
}

/** Where each row of a release comes from: the batch by its number, and the row of it. */
export interface Places {
  readonly chunks: Int32Array;
  readonly rows: Int32Array;
}

/** The places of sorted rows, whose chunk and row are `chunkOf` and `rowOf`. */
export function placesOf(sorted: Int32Array, chunkOf: Int32Array, rowOf: Int32Array): Places {
  const chunks = new Int32Array(sorted.length);
  const rows = new Int32Array(sorted.length);
  for (let i = 0; i < sorted.length; i++) {
    chunks[i] = chunkOf[sorted[i]!]!;
    rows[i] = rowOf[sorted[i]!]!;
  }
  return { chunks, rows };
}

/** The rows in their places as one batch, of the columns `names`. */
export function gathered(batches: readonly Batch[], { chunks, rows }: Places, names: readonly string[]): Batch {
  const time = new Float64Array(rows.length);
  const group = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const batch = batches[chunks[i]!]!;
    time[i] = batch.time![rows[i]!]!;
    group[i] = batch.group[rows[i]!]!;
  }
  const columnsOf = (columnIn: (batch: Batch) => Column): Column[] => batches.map(columnIn);
  return {
    length: rows.length,
    selection: undefined,
    columns: Object.fromEntries(
      names.map((name) => [name, gatherColumn(columnsOf((batch) => batch.columns[name]!), chunks, rows)]), // prettier-ignore
    ),
    time,
    // Looked at by few of those who get the rows, so it is moved when it is.
    order: batches[0]!.order.map((_, i) => gatherLater(columnsOf((batch) => batch.order[i]!), chunks, rows)), // prettier-ignore
    group,
    origin: undefined,
  };
}

/**
 * The rows in their places, by the batch that they came in, there one after the other: read in the order of time they
 * would be all over the memory of a batch. `sorted` says which of them comes where, as for `placesOf`.
 */
export function partsOf(
  batches: readonly Batch[],
  { chunks, rows }: Places,
  sorted: Int32Array,
): readonly ReleasedPart[] {
  const counts = new Int32Array(batches.length);
  const taken = new Int32Array(rows.length);
  const at = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    counts[chunks[i]!]!++;
    taken[sorted[i]!] = rows[i]!;
    at[sorted[i]!] = i;
  }
  let from = 0;
  return batches.map((batch, chunk) => {
    const to = from + counts[chunk]!;
    const part = { batch, rows: taken.subarray(from, to), at: at.subarray(from, to) };
    from = to;
    return part;
  });
}
