import { retried } from '../../patience/retried.js';
import { fetchByIds, fetchRequest, type Fetched, type FetchOrder } from '../protocol/fetch.js';
import { deleteRecordsRequest } from '../protocol/delete-records.js';
import { listOffsetsRequest, type OffsetKind } from '../protocol/list-offsets.js';
import { metadataRequest, metadataWithIds } from '../protocol/metadata.js';
import { apiKeys } from '../protocol/request.js';
import type { CoordinatorBroker } from '../group/coordinator.js';
import type { KafkaOptions } from '../options.js';
import { clusterOf, disconnect, send, supports, type Cluster } from './cluster.js';
import { kafkaCodes, mayPass, ProtocolError, serverFailure } from './failures.js';
import { clientOf } from './load-kafkajs.js';

/** A topic as the brokers have it now. */
export interface TopicState {
  readonly clusterId: string;
  /** The id that it keeps for its life; undefined where the brokers know none. */
  readonly topicId: string | undefined;
  /** The node that answers for each partition; −1 while there is none. */
  readonly leaders: readonly number[];
}

/** The one way to the brokers: everything that a source asks of them. */
export interface KafkaClient {
  /** Where they are, for people. */
  readonly server: string;
  /** The topic as it is now; undefined where there is none of that name. */
  topic(name: string): Promise<TopicState | undefined>;
  /** One end of every partition. */
  offsets(name: string, kind: OffsetKind): Promise<readonly number[]>;
  /** What one node has behind some positions. */
  fetch(node: number, order: FetchOrder): Promise<Fetched>;
  /** Removes the records of a partition below an offset. */
  deleteBefore(name: string, partition: number, offset: number): Promise<void>;
  /** The broker that keeps a group. */
  coordinator(groupId: string): Promise<CoordinatorBroker>;
  /** Ends what is under way, and all connections. */
  close(): Promise<void>;
}

/**
 * Connects.
 *
 * @throws MillraceError `MILLRACE_SERVER_FAILED` where no broker answers, or the login is refused.
 */
export async function connect(server: string, options: KafkaOptions): Promise<KafkaClient> {
  const cluster = clusterOf(await clientOf(options));
  try {
    await cluster.connect();
  } catch (error) {
    await disconnect(cluster).catch(() => undefined);
    throw serverFailure(server, error);
  }
  return kafkaClient(server, cluster);
}

function kafkaClient(server: string, cluster: Cluster): KafkaClient {
  let known = false;
  async function topic(name: string): Promise<TopicState | undefined> {
    const broker = await cluster.brokerPool.findConnectedBroker();
    const withIds = supports(broker, apiKeys.metadata, metadataWithIds) && supports(broker, apiKeys.fetch, fetchByIds);
    const { clusterId, error, topicId, partitions } = await send(broker, metadataRequest(name, withIds));
    if (error === kafkaCodes.unknownTopic) return undefined;
    if (error !== kafkaCodes.none) throw new ProtocolError(`tells nothing of topic "${name}"`, error);
    cluster.targetTopics.add(name);
    const leaders = new Array<number>(partitions.length).fill(-1);
    for (const { partition, leader } of partitions) leaders[partition] = leader;
    return { clusterId, topicId, leaders };
  }

  async function nodeOf(nodeId: number): Promise<Awaited<ReturnType<Cluster['findBroker']>>> {
    if (!known) {
      // kafkajs learns where the nodes are when it asks for topics.
      await cluster.refreshMetadata();
      known = true;
    }
    return cluster.findBroker({ nodeId: String(nodeId) });
  }

  return {
    server,
    topic,
    async offsets(name, kind) {
      const state = await topic(name);
      if (state === undefined) throw new ProtocolError(`has no topic "${name}"`, kafkaCodes.unknownTopic);
      const offsets = new Array<number>(state.leaders.length).fill(0);
      for (const [node, partitions] of byLeader(state.leaders)) {
        const broker = await nodeOf(node);
        for (const { partition, error, offset } of await send(broker, listOffsetsRequest(name, partitions, kind))) {
          if (error !== kafkaCodes.none) throw new ProtocolError('does not tell the offsets', error);
          offsets[partition] = offset;
        }
      }
      return offsets;
    },
    async fetch(node, order) {
      return send(await nodeOf(node), fetchRequest(order));
    },
    async deleteBefore(name, partition, offset) {
      const node = (await topic(name))?.leaders[partition] ?? -1;
      const error = await send(await nodeOf(node), deleteRecordsRequest(name, partition, offset));
      if (error !== kafkaCodes.none) throw new ProtocolError('does not delete records', error);
    },
    coordinator: (groupId) => cluster.findGroupCoordinator({ groupId }),
    close: () => disconnect(cluster),
  };
}

/** Partitions by the node that answers for them. */
function byLeader(leaders: readonly number[]): Map<number, number[]> {
  const nodes = new Map<number, number[]>();
  leaders.forEach((leader, partition) => {
    const partitions = nodes.get(leader) ?? [];
    nodes.set(leader, partitions);
    partitions.push(partition);
  });
  return nodes;
}

/** Does it again, each time a little later, while what fails may pass and patience lasts. */
export async function patiently<T>(
  server: string,
  patienceMs: number,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  return retried(attempt, { patienceMs, signal, mayPass, failed: (error) => serverFailure(server, error) });
}

/** Waits, or less where `signal` is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
