import { millraceError } from '@millrace/core';
import type { Kafka as KafkaJs } from 'kafkajs';
import type { CoordinatorBroker } from '../group/coordinator.js';
import type { Request } from '../protocol/request.js';
import { WireReader } from '../protocol/wire-reader.js';
import { WireWriter } from '../protocol/wire-writer.js';

// kafkajs has no way to read chosen partitions, and its reader takes a record with the key 00 00 00 00 for the marker of
// an aborted transaction. So its connections are used (with whatever TLS and login its configuration has), and the
// requests are our own. The one way to them is the function under this symbol; its version is pinned.

const clusterSymbol = 'private:Kafka:createCluster';

/** What is used of kafkajs's cluster. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  findBroker(node: { nodeId: string }): Promise<Broker>;
  findGroupCoordinator(group: { readonly groupId: string }): Promise<CoordinatorBroker>;
  readonly targetTopics: Set<string>;
  readonly brokerPool: BrokerPool;
}

interface BrokerPool {
  findConnectedBroker(): Promise<Broker>;
  readonly brokers: { readonly [nodeId: string]: Broker };
  readonly seedBroker: Broker | undefined;
}

/** What is used of kafkajs's broker. */
export interface Broker {
  readonly versions: { readonly [apiKey: number]: { readonly minVersion: number; readonly maxVersion: number } };
  readonly connectionPool: {
    readonly pool: readonly { rejectRequests(error: Error): void }[];
    send<T>(call: {
      readonly request: object;
      readonly response: { decode(raw: Buffer): Promise<Buffer>; parse(decoded: Buffer): Promise<T> };
      readonly logResponseError: boolean;
    }): Promise<T>;
  };
}

/** The connections of a `Kafka` of kafkajs. */
export function clusterOf(client: KafkaJs): Cluster {
  const symbol = Object.getOwnPropertySymbols(client).find(({ description }) => description === clusterSymbol);
  const create = symbol && (client as unknown as Record<symbol, (options: object) => Cluster>)[symbol];
  if (create === undefined) {
    throw millraceError('MILLRACE_OPTION_INVALID', {
      subject: 'kafka({…})',
      option: 'client',
      problem: 'is no Kafka of kafkajs 2.2.4, whose connections are used',
      fix: 'npm install kafkajs@2.2.4',
    });
  }
  return create.call(client, { metadataMaxAge: 300_000, allowAutoTopicCreation: false, maxInFlightRequests: null });
}

/** Sends one request to a broker; waits for its answer. */
export function send<T>(broker: Broker, request: Request<T>): Promise<T> {
  const { apiKey, apiName, apiVersion } = request;
  return broker.connectionPool.send({
    request: {
      apiKey,
      apiName,
      apiVersion,
      async encode() {
        const body = new WireWriter();
        request.write(body);
        return body;
      },
    },
    response: { decode: async (raw) => raw, parse: async (raw) => request.read(new WireReader(raw)) },
    logResponseError: false,
  });
}

/** Whether a broker takes this version of a request. */
export function supports(broker: Broker, apiKey: number, version: number): boolean {
  return (broker.versions[apiKey]?.maxVersion ?? -1) >= version;
}

/** Ends every request that is under way, and all connections. */
export async function disconnect(cluster: Cluster): Promise<void> {
  const { brokers, seedBroker } = cluster.brokerPool;
  const all = [...Object.values(brokers), ...(seedBroker === undefined ? [] : [seedBroker])];
  for (const { connectionPool } of new Set(all)) {
    for (const connection of connectionPool.pool) connection.rejectRequests(new Error('closed'));
  }
  await cluster.disconnect();
}
