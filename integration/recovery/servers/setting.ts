import { randomUUID } from 'node:crypto';
import type { S3Options } from '@millrace/connectors/s3';
import type { TestRecord } from '@millrace/core/testing';
import { onTestFinished } from 'vitest';
import { makeBucket, s3Options } from '../../s3/bucket.js';
import type { RawRecord } from '../../kafka/record-batch.js';
import { testTopic, type TestTopic } from '../../kafka/topics.js';
import { queryAt } from '../../postgres/query.js';
import { sharedServices } from '../../services/services.js';

/** How a process reaches the servers. */
export interface Addresses {
  readonly kafka: string;
  /** The port through which all brokers are reached, where that is not their own. */
  readonly kafkaThrough?: number;
  readonly redis: string;
  readonly postgres: string;
  readonly s3: S3Options;
}

/** A topic and a bucket of a test's own. */
export interface Setting {
  readonly topic: TestTopic;
  readonly bucket: string;
  readonly addresses: Addresses;
  /** A prefix for what a job makes; all of it goes with the test. */
  readonly prefix: (name: string) => string;
}

/** The servers that all tests share, with a topic of `records` on them. */
export async function settingWith(records: readonly (readonly TestRecord[])[]): Promise<Setting> {
  const { kafka: brokers, redis, postgres } = sharedServices();
  const topic = await testTopic(brokers, records.length);
  const bucket = await makeBucket('recovery');
  const prefixes: string[] = [];
  onTestFinished(async () => {
    await dropTopics(topic, prefixes);
    await topic[Symbol.asyncDispose]();
    await bucket.remove();
    await dropTables(postgres, prefixes);
  });
  await fill(topic, records);
  return {
    topic,
    bucket: bucket.name,
    addresses: { kafka: brokers, redis, postgres, s3: s3Options() },
    prefix(name) {
      const prefix = `${name}_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
      prefixes.push(prefix);
      return prefix;
    },
  };
}

/** Appends the records of each partition; a topic has no pauses. */
export async function fill(topic: TestTopic, partitions: readonly (readonly TestRecord[])[]): Promise<void> {
  for (const [partition, records] of partitions.entries()) {
    const appended = records.flatMap((record): RawRecord[] => {
      if (typeof record === 'string') return [{ value: record }];
      if (record instanceof Uint8Array || 'pauseMs' in record) return [];
      const { key = null, value, brokerTime } = record;
      return [{ key, value, ...(brokerTime === undefined ? {} : { time: brokerTime }) }];
    });
    for (let from = 0; from < appended.length; from += 500)
      await topic.append(partition, appended.slice(from, from + 500));
  }
}

async function dropTopics({ admin }: TestTopic, prefixes: readonly string[]): Promise<void> {
  const topics = (await admin.listTopics()).filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
  if (topics.length > 0) await admin.deleteTopics({ topics });
}

async function dropTables(url: string, prefixes: readonly string[]): Promise<void> {
  const tables = prefixes.flatMap((prefix) => ['pins', 'totals', 'rejected'].map((table) => `${prefix}_${table}`));
  if (tables.length > 0) await queryAt(url)(`DROP TABLE IF EXISTS ${tables.join(', ')}`);
}
