import type { Pull, SourcePartition, SourceReader } from '@millrace/core/connector';
import { millraceError } from '@millrace/core';
import { patiently, type KafkaClient } from '../client/client.js';
import { fetcher } from './fetcher.js';
import { isCaughtUp, moveSlot, positionOf, slotAt, wake, type Slot } from './slot.js';
import type { TopicWatch } from './topic-watch.js';

/** What a reader has to know of its topic. */
export interface TopicReaderOptions {
  readonly client: KafkaClient;
  readonly watch: TopicWatch;
  readonly label: string;
  readonly topic: string;
  readonly isolation: 'committed' | 'uncommitted';
  /** Whether keys and headers are wanted. */
  readonly metadata: boolean;
  readonly patienceMs: number;
  /** Where each partition ends for this run; undefined where it is read for ever. */
  readonly ends: readonly number[] | undefined;
}

/** Reads the partitions of a topic, each from the positions that it is asked for. */
export function topicReader(options: TopicReaderOptions): SourceReader {
  const { client, watch, label, topic, isolation, metadata, patienceMs, ends } = options;
  const slots = new Map<number, Slot>();
  const closing = new AbortController();
  const { signal } = closing;
  const { kick } = fetcher({ client, watch, label, topic, isolation, metadata, patienceMs, slots, signal });

  function slotFor(partition: number, position: number): Slot {
    const slot = slots.get(partition) ?? slotAt(partition, position);
    slots.set(partition, slot);
    // Whoever reads elsewhere than before starts anew there.
    if (positionOf(slot) !== position || slot.failure !== undefined) moveSlot(slot, position);
    return slot;
  }

  async function read(partition: number, position: number, maxRows: number): Promise<Pull> {
    const limit = ends === undefined ? Infinity : (ends[partition] ?? 0);
    if (position >= limit) return { kind: 'end' };
    const slot = slotFor(partition, position);
    for (;;) {
      const [first] = slot.answers;
      if (first !== undefined) {
        const records = await unlessUnreadable(label, partition, first.position, () => first.take(maxRows, limit));
        if (records !== undefined) return { kind: 'records', records };
        slot.answers.shift();
        kick();
        continue;
      }
      if (slot.polledSince !== undefined && isCaughtUp(slot)) return { kind: 'caughtUp' };
      await new Promise<void>((resolve) => {
        slot.reader = { settle: resolve };
        if (signal.aborted) resolve();
        else kick();
      });
      if (slot.failure !== undefined) throw slot.failure as Error;
      if (signal.aborted || isCaughtUp(slot)) return { kind: 'caughtUp' };
    }
  }

  return {
    identity: watch.identity,
    partitions: () => patiently(client.server, patienceMs, signal, () => bounds(options)),
    read,
    arrival(partition, position, given) {
      const slot = slotFor(partition, position);
      return new Promise((resolve) => {
        const done = (): void => {
          slot.arrivals.delete(done);
          given.removeEventListener('abort', done);
          resolve();
        };
        slot.arrivals.add(done);
        given.addEventListener('abort', done);
        if (given.aborted || signal.aborted || slot.answers.length > 0) done();
        else kick();
      });
    },
    async close() {
      closing.abort();
      for (const slot of slots.values()) wake(slot);
      await client.close();
    },
  };
}

async function bounds({ client, watch, topic, isolation, ends }: TopicReaderOptions): Promise<SourcePartition[]> {
  await watch.refresh();
  const starts = await client.offsets(topic, 'start');
  const now = ends ?? (await client.offsets(topic, isolation === 'committed' ? 'committed' : 'high'));
  // Between the two questions a partition may have come, or lost records.
  const count = Math.min(starts.length, now.length);
  return starts
    .slice(0, count)
    .map((start, partition) => ({ partition, start, end: Math.max(now[partition]!, start) }));
}

async function unlessUnreadable<T>(
  source: string,
  partition: number,
  offset: number,
  take: () => Promise<T>,
): Promise<T> {
  try {
    return await take();
  } catch (error) {
    if (!(error instanceof RangeError) && (error as { name?: string }).name === 'MillraceError') throw error;
    const what = (error as Error).message;
    throw millraceError(
      'MILLRACE_SOURCE_UNREADABLE',
      {
        source,
        problem: `at partition ${partition}, offset ${offset}, ${what}`,
        fix: 'Find out what has written it; the records before it were read.',
      },
      { cause: error },
    );
  }
}
