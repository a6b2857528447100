import { bitAt, type PartitionTime } from '@millrace/core/operate';

// A record is held against the records before it: the running maximum moves with every record, so that where a batch
// begins and ends decides nothing. Both kernels leave the partition's `max` where the last record put it.

/** A row that cannot have its time: it has none, or one from the future. */
export interface Refusal {
  readonly row: number;
  readonly ahead: boolean;
}

/** The broker's times, and how far ahead of them a time may lie. */
export interface AheadGuard {
  readonly brokerTimes: Float64Array;
  readonly maxAheadMs: number;
}

/** The rows of a batch, ascending, by what becomes of them. */
export interface Judgement {
  readonly kept: Int32Array;
  readonly late: Int32Array;
  readonly refused: readonly Refusal[];
}

/**
 * How many of the first `count` rows (of `selection`, or of all) come before the first one that is late or has no
 * number for its time. Mostly it is all of them.
 */
export function onTimeCount(
  times: Float64Array,
  selection: Int32Array | undefined,
  count: number,
  partition: PartitionTime,
  boundMs: number,
): number {
  const { floor } = partition;
  let { max } = partition;
  let least = Math.max(max - boundMs, floor);
  let i = 0;
  for (; i < count; i++) {
    const time = times[selection === undefined ? i : selection[i]!]!;
    if (!(time >= least)) break;
    if (time > max) {
      max = time;
      least = Math.max(max - boundMs, floor);
    }
  }
  partition.max = max;
  return i;
}

/** Judges the rows from `from` on, one by one; those before are on time. */
export function judge(
  times: Float64Array,
  validity: Uint8Array | undefined,
  selection: Int32Array | undefined,
  from: number,
  count: number,
  partition: PartitionTime,
  boundMs: number,
  guard: AheadGuard | undefined,
): Judgement {
  const { floor } = partition;
  let { max } = partition;
  let least = Math.max(max - boundMs, floor);
  const kept = new Int32Array(count);
  const late = new Int32Array(count - from);
  const refused: Refusal[] = [];
  let keptCount = 0;
  let lateCount = 0;
  for (let i = 0; i < count; i++) {
    const row = selection === undefined ? i : selection[i]!;
    if (i < from) {
      kept[keptCount++] = row;
      continue;
    }
    const time = times[row]!;
    if ((validity !== undefined && !bitAt(validity, row)) || Number.isNaN(time)) {
      refused.push({ row, ahead: false });
    } else if (guard !== undefined && isAhead(time, guard.brokerTimes[row]!, guard.maxAheadMs)) {
      refused.push({ row, ahead: true });
    } else if (time < least) {
      late[lateCount++] = row;
    } else {
      kept[keptCount++] = row;
      if (time > max) {
        max = time;
        least = Math.max(max - boundMs, floor);
      }
    }
  }
  partition.max = max;
  return { kept: kept.subarray(0, keptCount), late: late.subarray(0, lateCount), refused };
}

function isAhead(time: number, brokerTime: number, maxAheadMs: number): boolean {
  return brokerTime !== -1 && time > brokerTime + maxAheadMs;
}
