import type { EventTimes } from './event-times.js';
import type { PartitionReader } from './partition-reader.js';

/** The partition to pull next, or what keeps every one from being pulled. */
export interface Choice {
  readonly partition: PartitionReader | undefined;
  /** Rows are held above the minimum, and only an entry of the time log can release them. */
  readonly waitsForEntry: boolean;
}

/**
 * Chooses the partition with the lowest watermark of those that have records, those not seen yet first; without event
 * time the one that has waited longest (they are kept in that order). While `full`, more rows are held than may be, and
 * only partitions at the minimum are read: they are the ones that everything held waits for.
 */
export function choosePartition(
  partitions: readonly PartitionReader[],
  times: EventTimes,
  full: boolean,
  isIdle: (partition: PartitionReader) => boolean,
): Choice {
  let best: PartitionReader | undefined;
  let bestTime = Infinity;
  // Of those that may still bring records; and of those that will not before an entry lets them off.
  let least = Infinity;
  let leastIdle = Infinity;
  for (const partition of partitions) {
    const time = times.watermarkOf(partition) ?? -Infinity;
    if (isIdle(partition)) leastIdle = Math.min(leastIdle, time);
    else least = Math.min(least, time);
    if (partition.state !== 'ready' || partition.held) continue;
    if (best === undefined || time < bestTime) {
      best = partition;
      bestTime = time;
    }
  }
  const waitsForEntry = full && leastIdle < least;
  if (full && bestTime > least) return { partition: undefined, waitsForEntry };
  return { partition: waitsForEntry ? undefined : best, waitsForEntry };
}
