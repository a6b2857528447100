import { select, selectedRows, type Batch } from '../batch/batch.js';
import type { TimeLogEntry } from '../time/time-log.js';
import type { EventTimes } from './event-times.js';
import type { PartitionReader } from './partition-reader.js';

/** The time log that a replay decides by, as far as it is still to come. */
export interface GivenTimeLog {
  /** Applies what it says of a partition up to `offset`: the position that it has got to. */
  applyTo(partition: PartitionReader, offset: number): void;
  /** Pushes a batch in parts: an entry stands between two offsets, and what comes before it goes first. */
  push(partition: PartitionReader, batch: Batch, push: (part: Batch) => void): void;
}

/** The entries of `log`; `applied` is told of each, so that the next checkpoint records it as the run's own. */
export function givenTimeLog(
  log: readonly TimeLogEntry[],
  times: EventTimes,
  applied: (entry: TimeLogEntry) => void,
): GivenTimeLog {
  const pending = [...log].sort((a, b) => a.offset - b.offset);
  const isOf = (entry: TimeLogEntry, { input, partition }: PartitionReader): boolean =>
    entry.source === input.name && entry.partition === partition;

  function applyTo(partition: PartitionReader, offset: number): void {
    for (const entry of pending.filter((each) => isOf(each, partition) && each.offset <= offset)) {
      pending.splice(pending.indexOf(entry), 1);
      times.apply(entry);
      applied(entry);
    }
  }

  return {
    applyTo,
    push(partition, batch, push) {
      const { offsets, next } = batch.origin!.records;
      let rest = batch;
      for (const { offset } of pending.filter((each) => isOf(each, partition) && each.offset < next)) {
        const rows = selectedRows(rest);
        const before = rows.findIndex((row) => offsets[row]! >= offset);
        const cut = before < 0 ? rows.length : before;
        push(select(rest, rows.subarray(0, cut)));
        applyTo(partition, offset);
        rest = select(rest, rows.subarray(cut));
      }
      push(rest);
      applyTo(partition, next);
    },
  };
}
