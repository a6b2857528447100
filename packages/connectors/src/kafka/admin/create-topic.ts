import type { Admin, Kafka as KafkaJs } from 'kafkajs';
import { serverFailure } from '../client/failures.js';

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
  server: string,
  client: KafkaJs,
  topic: string,
  { partitions = 1, replicas = -1, config = {} }: NewTopicOptions,
): Promise<boolean> {
  const admin = client.admin();
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  try {
    await admin.connect();
    // kafkajs would wait for leaders too, but fails where a broker has not heard of the topic yet.
    const isNew = await admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, numPartitions: partitions, replicationFactor: replicas, configEntries }],
    });
    while (isNew && !(await isLed(admin, topic))) await new Promise((resolve) => setTimeout(resolve, 20));
    return isNew;
  } catch (error) {
    throw serverFailure(server, error);
  } finally {
    await admin.disconnect();
  }
}

async function isLed(admin: Admin, topic: string): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0));
  } catch (error) {
    if ((error as { type?: string }).type === 'UNKNOWN_TOPIC_OR_PARTITION') return false;
    throw error;
  }
}
