import { millraceError, type Fields, type Schema } from '@millrace/core';
import { bytesColumnOf, keyReader, partitionOfKey, valueBytes, type Records } from '@millrace/core/connector';
import type { TopicRecord, TopicValue } from './options.js';
import type { PartitionRun, TopicLog } from './topic-log.js';

/** What turns the records of one topic into runs to append. */
export interface Producer<F extends Fields> {
  readonly append: (log: TopicLog, records: readonly TopicRecord<F>[]) => Promise<void>;
}

/** A record whose value and key are bytes. */
interface EncodedRecord {
  readonly value: Uint8Array | null;
  readonly key: Uint8Array | null;
  readonly source: TopicRecord;
}

/** Records without a key go to the partitions in turn, starting at 0. */
export function producer<F extends Fields>(
  label: string,
  schema: Schema<F>,
  keyedBy: string | undefined,
  clock: () => number,
): Producer<F> {
  let turn = 0;
  const keyOf = keyReader(schema, keyedBy);
  return {
    async append(log, records) {
      const count = await log.count();
      const perPartition = new Map<number, EncodedRecord[]>();
      for (const source of records as readonly TopicRecord[]) {
        const key = keyOf(source);
        const partition = source.partition ?? (key === null ? turn++ % count : partitionOfKey(key, count));
        if (!(Number.isInteger(partition) && partition >= 0 && partition < count)) {
          throw recordError(label, `partition ${partition}`, `is none of its ${count}`, `Use 0 to ${count - 1}.`);
        }
        const encoded = { value: valueBytes(schema, source.value as TopicValue<F>), key, source };
        const group = perPartition.get(partition);
        if (group === undefined) perPartition.set(partition, [encoded]);
        else group.push(encoded);
      }
      const now = clock();
      const runs = [...perPartition].map(([partition, group]): PartitionRun => ({
        partition,
        run: (end) => runOf(label, partition, end, now, group),
      }));
      if (runs.length > 0) await log.append(runs);
    },
  };
}

function runOf(label: string, partition: number, end: number, now: number, group: readonly EncodedRecord[]): Records {
  const offsets = new Float64Array(group.length);
  let next = end;
  group.forEach(({ source }, row) => {
    const offset = source.offset ?? next;
    if (!(Number.isSafeInteger(offset) && offset >= next)) {
      throw recordError(label, `offset ${offset}`, `is below the end ${next} of partition ${partition}`, 'Use a higher one, or leave it out.'); // prettier-ignore
    }
    offsets[row] = offset;
    next = offset + 1;
  });
  return {
    partition,
    length: group.length,
    offsets,
    next,
    brokerTimes: Float64Array.from(group, ({ source }) => source.brokerTime ?? now),
    keys: bytesColumnOf(group.map(({ key }) => key)),
    values: bytesColumnOf(group.map(({ value }) => value)),
    headers: group.some(({ source }) => source.headers !== undefined)
      ? group.map(({ source }) => source.headers ?? [])
      : undefined,
    decoded: undefined,
  };
}

function recordError(subject: string, option: string, problem: string, fix: string): Error {
  return millraceError('MILLRACE_OPTION_INVALID', { subject, option, problem, fix });
}
