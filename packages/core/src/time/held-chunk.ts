import { selectedRows, type Batch } from '../batch/batch.js';
import { compareOrder } from '../batch/compare.js';
import { takeBatch } from '../batch/take.js';
import { batchBytes } from './row-bytes.js';
import { isInOrder } from './sort-rows.js';

/** A batch with event time, of which some rows wait. */
export interface HeldChunk {
  batch: Batch;
  /** Physical rows, ascending. */
  rows: Int32Array;
  /** No row is before `earliest` or after `latest`. */
  earliest: number;
  latest: number;
  /** Whether the rows ascend by order. */
  readonly inOrder: boolean;
  readonly bytesPerRow: number;
}

/** The chunk of all selected rows of a batch; there must be one. */
export function heldChunk(batch: Batch): HeldChunk {
  const rows = selectedRows(batch);
  const time = batch.time!;
  let earliest = Infinity;
  let latest = -Infinity;
  for (let i = 0; i < rows.length; i++) {
    const each = time[rows[i]!]!;
    if (each < earliest) earliest = each;
    if (each > latest) latest = each;
  }
  const bytesPerRow = batchBytes(batch) / batch.length;
  return { batch, rows, earliest, latest, inOrder: isInOrder(batch.order, rows), bytesPerRow };
}

/**
 * Sorts chunks by their first rows. Says whether all their rows, one chunk after the other, then ascend by order, as
 * they do while every chunk is a run of one source partition.
 */
export function arrange(chunks: HeldChunk[]): boolean {
  chunks.sort((a, b) => compareOrder(a.batch.order, a.rows[0]!, b.batch.order, b.rows[0]!));
  return chunks.every((chunk, i) => {
    const next = chunks[i + 1];
    if (!chunk.inOrder || next === undefined) return chunk.inOrder;
    return compareOrder(chunk.batch.order, chunk.rows.at(-1)!, next.batch.order, next.rows[0]!) <= 0;
  });
}

/** Takes a few rows that wait long out of their batch, so that they do not keep all of it in memory. */
export function loosen(chunk: HeldChunk): void {
  const { batch, rows } = chunk;
  if (rows.length === 0 || rows.length * 8 > batch.length) return;
  chunk.batch = takeBatch(batch, rows);
  chunk.rows = selectedRows(chunk.batch);
}
