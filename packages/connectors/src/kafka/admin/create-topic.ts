import { connect, pause } from '../client/client.js';
import type { Connection } from '../client/connection.js';
import { ProtocolError, serverFailure } from '../client/failures.js';
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
    if (isNew) await untilServed(connection, topic);
    return isNew;
  } catch (error) {
    throw serverFailure(server, error);
  } finally {
    await admin.disconnect();
  }
}

/** Brokers tell of leaders before those know it themselves: waits until every partition answers. */
async function untilServed({ server, options, patienceMs }: Connection, topic: string): Promise<void> {
  const client = await connect(server, options);
  const { signal } = new AbortController();
  const until = Date.now() + patienceMs;
  try {
    for (;;) {
      try {
        await client.offsets(topic, 'high');
        return;
      } catch (error) {
        if (!(error instanceof ProtocolError) || Date.now() > until) throw error;
        await pause(20, signal);
      }
    }
  } finally {
    await client.close();
  }
}
