import { apiKeys, type Request } from './request.js';
import type { WireReader } from './wire-reader.js';
import type { WireWriter } from './wire-writer.js';

/** What is asked for in one fetch. */
export interface FetchOrder {
  readonly topic: string;
  /** Undefined where the brokers know none: the topic is then asked for by name. */
  readonly topicId: string | undefined;
  /** How long the broker may wait for the first byte, in ms. */
  readonly waitMs: number;
  readonly partitionBytes: number;
  /** `committed`: no record of a transaction that is open or was aborted. */
  readonly isolation: 'committed' | 'uncommitted';
  readonly partitions: readonly { readonly partition: number; readonly position: number }[];
}

/** What a broker has of one partition. */
export interface FetchedPartition {
  readonly partition: number;
  readonly error: number;
  readonly highWatermark: number;
  /** The offset below which no transaction is open. */
  readonly stableOffset: number;
  readonly aborted: readonly AbortedTransaction[];
  /** Whole batches, and maybe the head of another one. Lies in the answer, and keeps it alive. */
  readonly batches: Buffer;
}

/** A transaction that was aborted: its records lie at `firstOffset` and behind, up to its marker. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** The answer to a fetch. */
export interface Fetched {
  readonly error: number;
  readonly partitions: readonly FetchedPartition[];
}

/** The lowest version of the request that goes by ids of topics. */
export const fetchByIds = 13;
const fetchByNames = 11;

/** Most bytes of one answer; a single batch may be larger. */
const answerBytesMax = 16 * 1024 * 1024;

/** Asks the leader of some partitions for what lies behind their positions. */
export function fetchRequest(order: FetchOrder): Request<Fetched> {
  const byId = order.topicId !== undefined;
  return {
    apiKey: apiKeys.fetch,
    apiName: 'Fetch',
    apiVersion: byId ? fetchByIds : fetchByNames,
    write(to) {
      if (byId) to.noTags();
      to.int32(-1).int32(order.waitMs).int32(1).int32(answerBytesMax);
      to.int8(order.isolation === 'committed' ? 1 : 0);
      // No fetch session.
      to.int32(0).int32(-1);
      if (byId) writeById(to, order);
      else writeByName(to, order);
    },
    read: byId ? readById : readByName,
  };
}

function writeByName(to: WireWriter, { topic, partitions, partitionBytes }: FetchOrder): void {
  to.int32(1).text(topic).int32(partitions.length);
  for (const { partition, position } of partitions) {
    to.int32(partition).int32(-1).int64(position).int64(-1).int32(partitionBytes);
  }
  to.int32(0).text('');
}

function writeById(to: WireWriter, { topicId, partitions, partitionBytes }: FetchOrder): void {
  to.uvarint(2)
    .bytes(Buffer.from(topicId!, 'hex'))
    .uvarint(partitions.length + 1);
  for (const { partition, position } of partitions) {
    to.int32(partition).int32(-1).int64(position).int32(-1).int64(-1).int32(partitionBytes).noTags();
  }
  to.noTags().uvarint(1).compactText('').noTags();
}

function readByName(from: WireReader): Fetched {
  from.int32();
  const error = from.int16();
  from.int32();
  const partitions = from.list(() => {
    from.text();
    return from.list(() => {
      const partition = from.int32();
      const head = readHead(from);
      const aborted = from.list(() => ({ producerId: from.int64(), firstOffset: from.int64() }));
      from.int32();
      return { partition, ...head, aborted, batches: from.bytes(Math.max(from.int32(), 0)) };
    });
  });
  return { error, partitions: partitions.flat() };
}

function readById(from: WireReader): Fetched {
  from.skipTags();
  from.int32();
  const error = from.int16();
  from.int32();
  const partitions = from.compactList(() => {
    from.bytes(16);
    const ofTopic = from.compactList(() => {
      const partition = from.int32();
      const head = readHead(from);
      const aborted = from.compactList(() => {
        const found = { producerId: from.int64(), firstOffset: from.int64() };
        from.skipTags();
        return found;
      });
      from.int32();
      const batches = from.bytes(Math.max(from.uvarint() - 1, 0));
      from.skipTags();
      return { partition, ...head, aborted, batches };
    });
    from.skipTags();
    return ofTopic;
  });
  return { error, partitions: partitions.flat() };
}

function readHead(from: WireReader): Pick<FetchedPartition, 'error' | 'highWatermark' | 'stableOffset'> {
  const error = from.int16();
  const highWatermark = from.int64();
  const stableOffset = from.int64();
  from.int64();
  return { error, highWatermark, stableOffset };
}
