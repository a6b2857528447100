import { millraceError } from '@millrace/core';
import { pause, type KafkaClient } from '../client/client.js';
import { kafkaCodes, mayPass, ProtocolError, serverFailure } from '../client/failures.js';
import type { FetchedPartition } from '../protocol/fetch.js';
import { answer } from '../records/answer.js';
import { answersMax, wake, type Slot } from './slot.js';
import type { TopicWatch } from './topic-watch.js';

/** What a fetcher has to know. */
export interface FetcherOptions {
  readonly client: KafkaClient;
  readonly watch: TopicWatch;
  readonly label: string;
  readonly topic: string;
  readonly isolation: 'committed' | 'uncommitted';
  /** Whether keys and headers are wanted. */
  readonly metadata: boolean;
  readonly patienceMs: number;
  readonly slots: ReadonlyMap<number, Slot>;
  readonly signal: AbortSignal;
}

/** Fetches for all partitions that have room: one request at a time per node. */
export interface Fetcher {
  /** Something is wanted: starts what stands still. */
  readonly kick: () => void;
}

/** A broker holds an answer back so long where no partition has a record. */
const pollMs = 500;
/** Where partitions wait for room they are asked for soon again. */
const shortPollMs = 10;
/** All partitions of a topic together are kept to about this, twice. */
const bufferBytes = 32 * 1024 * 1024;
/** So often a broker may have nothing where it says that there is something, until it is taken for a gap. */
const hollowMax = 3;

/** Starts nothing before the first `kick`. */
export function fetcher(options: FetcherOptions): Fetcher {
  const { watch, slots, signal } = options;
  const running = new Set<number>();
  const leaderOf = ({ partition }: Slot): number => watch.state.leaders[partition] ?? -1;

  async function pump(node: number): Promise<void> {
    let failingSince: number | undefined;
    for (let turn = 0; !signal.aborted; turn++) {
      const own = [...slots.values()].filter((slot) => leaderOf(slot) === node);
      const wanted = own.filter(({ answers, failure }) => answers.length < answersMax && failure === undefined);
      if (!wanted.some(isWaitedFor)) return;
      // Who stands first gets at least one batch, however large: so all take turns at it.
      const first = turn % wanted.length;
      const order = [...wanted.slice(first), ...wanted.slice(0, first)];
      try {
        await fetchOnce(options, node, order, wanted.length < own.length);
        failingSince = undefined;
      } catch (error) {
        if (signal.aborted) return;
        failingSince ??= Date.now();
        const isOver = !mayPass(error) || Date.now() - failingSince > options.patienceMs;
        if (isOver) fail(order, serverFailure(options.client.server, error));
        else if (!(await refreshed(options, order))) continue;
        else if (order.every((slot) => leaderOf(slot) !== node)) return;
      }
    }
  }

  const kick = (): void => {
    for (const slot of slots.values()) {
      const node = leaderOf(slot);
      if (signal.aborted || running.has(node)) continue;
      if (slot.answers.length >= answersMax || slot.failure !== undefined || !isWaitedFor(slot)) continue;
      running.add(node);
      void pump(node).finally(() => {
        running.delete(node);
        kick();
      });
    }
  };
  return { kick };
}

/** Asks for the leaders anew. False where not even that was answered; what is wrong with the topic itself is told. */
async function refreshed({ watch, signal }: FetcherOptions, slots: readonly Slot[]): Promise<boolean> {
  await pause(100, signal);
  try {
    await watch.refresh();
    return true;
  } catch (error) {
    if (!mayPass(error)) fail(slots, error);
    return false;
  }
}

/** Where all is read and nobody waits for more, nothing is asked. */
function isWaitedFor(slot: Slot): boolean {
  return slot.reader !== undefined || slot.arrivals.size > 0 || slot.end < 0 || slot.fetchFrom < slot.end;
}

function fail(slots: readonly Slot[], failure: unknown): void {
  for (const slot of slots) {
    slot.failure = failure;
    wake(slot);
  }
}

async function fetchOnce(
  options: FetcherOptions,
  node: number,
  slots: readonly Slot[],
  someFull: boolean,
): Promise<void> {
  const { client, watch, topic, isolation } = options;
  if (node < 0) throw new ProtocolError('has no leader for a partition', 5);
  const isAwaited = slots.some(({ reader }) => reader !== undefined);
  const waitMs = isAwaited ? 0 : someFull ? shortPollMs : pollMs;
  const asked = new Map(slots.map((slot) => [slot.partition, { slot, position: slot.fetchFrom }]));
  const partitionBytes = Math.min(Math.max(Math.floor(bufferBytes / watch.state.leaders.length), 65_536), 1_048_576);
  const partitions = [...asked.values()].map(({ slot, position }) => ({ partition: slot.partition, position }));
  if (waitMs === pollMs) for (const slot of slots) slot.polledSince = Date.now();
  // Who waits for an arrival looks again where a broker does not even say that there is none.
  const overdue = setTimeout(() => slots.forEach(giveUpPoll), waitMs + pollMs);
  try {
    const { topicId } = watch.state;
    const { error, partitions: found } = await client.fetch(node, { topic, topicId, waitMs, partitionBytes, isolation, partitions }); // prettier-ignore
    if (error !== kafkaCodes.none) throw new ProtocolError('does not give records', error);
    for (const each of found) {
      const { slot, position } = asked.get(each.partition)!;
      // It was moved meanwhile.
      if (slot.fetchFrom !== position) continue;
      await deliver(options, slot, each, slots[0] === slot);
    }
  } finally {
    clearTimeout(overdue);
    for (const slot of slots) slot.polledSince = undefined;
  }
}

function giveUpPoll(slot: Slot): void {
  slot.polledSince = undefined;
  for (const arrived of [...slot.arrivals]) arrived();
}

async function deliver(options: FetcherOptions, slot: Slot, found: FetchedPartition, isFirst: boolean): Promise<void> {
  const { isolation } = options;
  if (found.error === kafkaCodes.offsetOutOfRange) {
    slot.failure = await outOfRange(options, slot);
    return slot.failure === undefined ? undefined : wake(slot);
  }
  if (found.error !== kafkaCodes.none) throw partitionFailure(found);
  const position = slot.fetchFrom;
  slot.end = isolation === 'committed' ? found.stableOffset : found.highWatermark;
  const part = answer(found, position, options.metadata);
  if (part.end > position) {
    slot.answers.push(part);
    slot.fetchFrom = part.end;
    slot.hollow = 0;
    return wake(slot);
  }
  if (slot.end <= position) return wake(slot);
  if (!isFirst || found.batches.length > 0 || ++slot.hollow < hollowMax) return undefined;
  // Nothing is stored there any more, not even a marker.
  slot.answers.push(gap(position, slot.end, slot.partition));
  slot.fetchFrom = slot.end;
  return wake(slot);
}

function gap(position: number, end: number, partition: number): ReturnType<typeof answer> {
  const head = Buffer.alloc(61);
  head.writeBigInt64BE(BigInt(position), 0);
  head.writeInt32BE(49, 8);
  head.writeInt8(2, 16);
  head.writeInt16BE(32, 21);
  head.writeInt32BE(end - position - 1, 23);
  const empty = { error: 0, highWatermark: end, stableOffset: end, aborted: [] };
  return answer({ partition, ...empty, batches: head }, position);
}

// After a topic was made anew, its brokers do not know the old id.
function partitionFailure({ error }: FetchedPartition): Error {
  const failure = new ProtocolError('does not give records', error);
  const isGone = [kafkaCodes.unknownTopic, kafkaCodes.unknownTopicId, kafkaCodes.inconsistentTopicId].includes(
    error as 3,
  );
  return isGone ? Object.assign(failure, { retriable: true }) : failure;
}

/** Why nothing can be read at a position; undefined where it can be by now. */
async function outOfRange({ client, watch, topic, label }: FetcherOptions, slot: Slot): Promise<unknown> {
  const { partition, fetchFrom: position } = slot;
  await watch.refresh();
  const start = (await client.offsets(topic, 'start'))[partition]!;
  if (position < start)
    return millraceError('MILLRACE_SOURCE_TRUNCATED', { source: label, partition, position, start });
  const end = (await client.offsets(topic, 'high'))[partition]!;
  if (position > end) return millraceError('MILLRACE_SOURCE_BEYOND_END', { source: label, partition, position, end });
  return undefined;
}
