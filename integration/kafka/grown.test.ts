import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { int32, schema, utf8 } from '@millrace/core';
import { partitionOfKey } from '@millrace/core/connector';
import { kafka } from '@millrace/connectors/kafka';
import { batchOf, contextOf, rowsNamed } from '@millrace/connectors/testing';
import { sharedServices } from '../services/services.js';
import { until } from '../until.js';
import { opened, readAll } from './reading.js';
import { testTopic, type TestTopic } from './topics.js';

// A topic that grows while something writes into it: keys go where a producer of Java puts them from then on.

const Row = schema({ id: utf8, n: int32 });
const names = (prefix: string): string[] => Array.from({ length: 40 }, (_, i) => `${prefix}${i}`);
const grow = (topic: TestTopic, count: number): Promise<boolean> =>
  topic.admin.createPartitions({ topicPartitions: [{ topic: topic.name, count }] });

/** The keys in each partition that begin with `prefix`. */
async function keysIn(topic: TestTopic, partitions: number, prefix: string): Promise<string[][]> {
  const reader = await opened(kafka({ brokers: [sharedServices().kafka] }).topic(topic.name, Row));
  const all = await Promise.all(Array.from({ length: partitions }, (_, partition) => readAll(reader, partition)));
  await reader.close();
  return all.map(({ records }) => records.map(({ key }) => String(key)).filter((key) => key.startsWith(prefix)));
}

function expectPlaced(found: readonly string[][], prefix: string): void {
  const expected = found.map((_, partition) =>
    names(prefix).filter((name) => partitionOfKey(Buffer.from(name), found.length) === partition),
  );
  expect(found.map((keys) => [...keys].sort())).toEqual(expected.map((keys) => [...keys].sort()));
}

it.each(['exactly-once', 'at-least-once'] as const)(
  'a sink (%s) puts keys where they belong from the checkpoint on that finds more partitions',
  async (delivery) => {
    await using topic = await testTopic(sharedServices().kafka, 2);
    const cluster = kafka({ brokers: [sharedServices().kafka], clientId: randomUUID() });
    const writer = await cluster.topic(topic.name, { keyedBy: 'id', delivery }).open(contextOf());
    const checkpoint = async (number: number, ...rows: readonly string[]): Promise<void> => {
      writer.write(batchOf(rowsNamed(...rows)));
      writer.seal(number);
      await writer.publish({ checkpoint: number, staged: await writer.stage(number), final: false });
    };
    await checkpoint(0, ...names('a'));
    expectPlaced(await keysIn(topic, 2, 'a'), 'a');
    await grow(topic, 3);
    await checkpoint(1);
    await checkpoint(2, ...names('b'));
    await writer.close();
    expectPlaced(await keysIn(topic, 3, 'b'), 'b');
  },
);

it('a sink that expects a number of partitions is told that there are others', async () => {
  await using topic = await testTopic(sharedServices().kafka, 2);
  const cluster = kafka({ brokers: [sharedServices().kafka] });
  const writer = await cluster.topic(topic.name, { keyedBy: 'id', partitions: 2 }).open(contextOf());
  await grow(topic, 3);
  writer.write(batchOf(rowsNamed('a')));
  writer.seal(0);
  await expect(writer.stage(0)).rejects.toMatchObject({
    code: 'MILLRACE_SINK_UNFIT',
    data: { problem: 'it has 3 partitions, and partitions: 2 is expected' },
  });
  await writer.close();
});

it('a producer notices within ten seconds', async () => {
  await using topic = await testTopic(sharedServices().kafka, 2);
  const producer = kafka({ brokers: [sharedServices().kafka] }).topic(topic.name, Row, { keyedBy: 'id' });
  const send = (prefix: string): Promise<void> => producer.send(names(prefix).map((id) => ({ id, n: 0 })));
  await send('a');
  await grow(topic, 3);
  let last = '';
  await until(async () => {
    last = `${randomUUID()} `;
    await send(last);
    return (await keysIn(topic, 3, last))[2]!.length > 0;
  });
  expectPlaced(await keysIn(topic, 3, last), last);
  await producer.close();
});
