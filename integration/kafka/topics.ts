import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { kafka } from '@millrace/connectors/kafka';
import { recordBatch, type RawRecord } from './record-batch.js';
import { rawProduce } from './raw-produce.js';
import { until } from '../until.js';

/** A topic of a test's own, and what can be done to it. */
export interface TestTopic extends AsyncDisposable {
  readonly name: string;
  readonly client: Kafka;
  readonly admin: Admin;
  /** Appends records as one batch. */
  append(partition: number, records: readonly RawRecord[]): Promise<void>;
  /** Moves the end of a partition up to `offset` without a record that counts: by a transaction that is aborted. */
  skipTo(partition: number, offset: number): Promise<void>;
  deleteBefore(partition: number, offset: number): Promise<void>;
  /** The offset behind the last record or marker. */
  end(partition: number): Promise<number>;
}

/** Makes a topic with a name of its own on the brokers; it goes with the test. */
export async function testTopic(
  brokers: string,
  partitions = 3,
  config: Readonly<Record<string, string>> = {},
): Promise<TestTopic> {
  const client = new Kafka({ brokers: brokers.split(','), clientId: 'test', logLevel: logLevel.NOTHING });
  const name = `test-${randomUUID()}`;
  const admin = client.admin();
  await admin.connect();
  // Records of tests are as old as they like.
  await kafka({ brokers: [brokers] }).createTopic(name, { partitions, config: { 'retention.ms': '-1', ...config } });
  const end = async (partition: number): Promise<number> => {
    const offsets = await admin.fetchTopicOffsets(name);
    return Number(offsets.find((each) => each.partition === partition)!.high);
  };
  return {
    name,
    client,
    admin,
    end,
    async append(partition, records) {
      await rawProduce(brokers, name, partition, recordBatch({ records }));
    },
    async skipTo(partition, offset) {
      const gap = offset - (await end(partition));
      if (gap < 2) throw new Error(`an aborted transaction takes two offsets, and ${gap} is left`);
      const transactionalId = `skip-${randomUUID()}`;
      const producer = client.producer({ transactionalId, maxInFlightRequests: 1, idempotent: true });
      await producer.connect();
      const transaction = await producer.transaction();
      const messages = Array.from({ length: gap - 1 }, () => ({ value: 'aborted', partition }));
      await transaction.send({ topic: name, messages });
      await transaction.abort();
      await producer.disconnect();
      // The marker is written after the abort is answered.
      await until(async () => (await end(partition)) >= offset);
    },
    async deleteBefore(partition, offset) {
      // kafkajs asks for the leaders of topics only that it has met.
      await admin.fetchTopicOffsets(name);
      await admin.deleteTopicRecords({ topic: name, partitions: [{ partition, offset: String(offset) }] });
    },
    async [Symbol.asyncDispose]() {
      // kafkajs tries for ten seconds to delete what is not there.
      const topics = (await admin.listTopics()).filter((each) => each === name || each.startsWith(`${name}.millrace`));
      if (topics.length > 0) await admin.deleteTopics({ topics });
      await admin.disconnect();
    },
  };
}
