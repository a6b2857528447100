import type { AbortedTransaction } from '../protocol/fetch.js';
import type { BatchHead } from './batch-head.js';

/** Tells, batch by batch in their order, which ones belong to a transaction that was aborted. */
export type AbortFilter = (head: BatchHead, isAbortMarker: () => boolean) => boolean;

/** A filter for one answer: the broker names the aborted transactions that overlap it. */
export function abortFilter(aborted: readonly AbortedTransaction[]): AbortFilter {
  const ahead = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  const open = new Set<number>();
  return (head, isAbortMarker) => {
    while (ahead.length > 0 && ahead[0]!.firstOffset < head.nextOffset) open.add(ahead.shift()!.producerId);
    if (!head.isTransactional || !open.has(head.producerId)) return false;
    // A marker is known by the batch's attributes: keys of data can look like anything.
    if (head.isControl && isAbortMarker()) open.delete(head.producerId);
    return !head.isControl;
  };
}
