/**
 * What became of the records that an operator was given (law 3): each is counted once, so that at every moment
 * `in = taken + late + duplicate + rejected + filtered + pending`.
 */
export interface LedgerCounts {
  /** Rows that came in. */
  in: number;
  /** Passed on, or absorbed into a result. */
  taken: number;
  /** Came after the watermark of their partition. */
  late: number;
  /** Dropped, since the same key was there before. */
  duplicate: number;
  /** Could not be read or failed a rule. */
  rejected: number;
  /** Left out by a condition. */
  filtered: number;
  /** Held undecided. Not open windows: their rows are taken. */
  pending: number;
}

/** A ledger in which nothing was counted. */
export function emptyLedger(): LedgerCounts {
  return { in: 0, taken: 0, late: 0, duplicate: 0, rejected: 0, filtered: 0, pending: 0 };
}

/** Adds `counts` to `sum`, in place. */
export function addLedger(sum: LedgerCounts, counts: LedgerCounts): void {
  sum.in += counts.in;
  sum.taken += counts.taken;
  sum.late += counts.late;
  sum.duplicate += counts.duplicate;
  sum.rejected += counts.rejected;
  sum.filtered += counts.filtered;
  sum.pending += counts.pending;
}

/** Whether every record is found again. */
export function ledgerBalances(counts: LedgerCounts): boolean {
  const { taken, late, duplicate, rejected, filtered, pending } = counts;
  return counts.in === taken + late + duplicate + rejected + filtered + pending;
}
