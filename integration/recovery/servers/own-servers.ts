import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import { testTopic } from '../../kafka/topics.js';
import { s3Keys, startServices, type RunningService, type ServiceName } from '../../services/services.js';
import type { Setting } from './setting.js';

/** Servers of a test's own, to do to them what it likes. */
export type Servers = Readonly<Record<ServiceName, RunningService>>;

/** The kinds of servers that a job uses. */
export const serverNames: readonly ServiceName[] = ['kafka', 'redis', 'postgres', 's3'];

/** Starts one of each. */
export async function ownServers(): Promise<Servers> {
  const running = await startServices(serverNames);
  onTestFinished(async () => {
    await Promise.all(running.map((server) => server.remove()));
  });
  return Object.fromEntries(running.map((server) => [server.name, server])) as Servers;
}

/** A topic and a bucket on them. */
export async function settingOn({ kafka, redis, postgres, s3 }: Servers): Promise<Setting> {
  const { accessKeyId, secretAccessKey, region } = s3Keys;
  const options = { endpoint: s3.url, region, credentials: { accessKeyId, secretAccessKey } };
  const bucket = `millrace-${randomUUID()}`;
  const client = new S3Client({ ...options, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  const topic = await testTopic(kafka.url, 3);
  onTestFinished(() => topic.admin.disconnect());
  const addresses = { kafka: kafka.url, redis: redis.url, postgres: postgres.url, s3: options };
  return { topic, bucket, addresses, prefix: (name) => `${name}_${randomUUID().replaceAll('-', '')}` };
}
