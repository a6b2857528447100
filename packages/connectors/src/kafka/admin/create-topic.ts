import { connect, pause } from '../client/client.js';
import type { Connection } from '../client/connection.js';
import { kafkaCodes, ProtocolError, serverFailure } from '../client/failures.js';
import { clientOf } from '../client/load-kafkajs.js';

/** How a topic is made. */
export interface NewTopicOptions {
  /** Default 1. */
  readonly partitions?: number;
  /** How many brokers keep a copy. Default: what the brokers have set. */
  readonly replicas?: number;
  /** Settings of the topic, like `{ 'retention.ms': '-1' }`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** Makes a topic; false where there is one of that name, which stays as it is. Others may try it at once. */
export async function createTopic(
  connection: Connection,
  topic: string,
  { partitions = 1, replicas = -1, config = {} }: NewTopicOptions,
): Promise<boolean> {
  const { server, options } = connection;
  const admin = (await clientOf(options)).admin();
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  try {
    await admin.connect();
    const isNew = await admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, numPartitions: partitions, replicationFactor: replicas, configEntries }],
    });
    await untilServed(connection, topic, isNew);
    return isNew;
  } catch (error) {
    throw serverFailure(server, error);
  } finally {
    await admin.disconnect();
  }
}

/**
 * Brokers tell of leaders before those know it themselves: waits until every partition answers. Of a topic that others
 * have made, maybe just now, no broker may have heard yet: waits until one has.
 */
async function untilServed({ server, options, patienceMs }: Connection, topic: string, isNew: boolean): Promise<void> {
  const client = await connect(server, options);
  const { signal } = new AbortController();
  const until = Date.now() + patienceMs;
  try {
    for (;;) {
      try {
        if (isNew) await client.offsets(topic, 'high');
        if ((await client.topic(topic)) !== undefined) return;
        throw new ProtocolError(`has no topic "${topic}"`, kafkaCodes.unknownTopic);
      } catch (error) {
        const mayPass = error instanceof ProtocolError && (isNew || error.code === kafkaCodes.unknownTopic);
        if (!mayPass || Date.now() > until) throw error;
        await pause(20, signal);
      }
    }
  } finally {
    await client.close();
  }
}
