import { Socket } from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { schema, utf8 } from '@millrace/core';
import { kafka } from '@millrace/connectors/kafka';
import { sharedServices } from '../services/services.js';
import { opened, readAll } from './reading.js';
import { testTopic } from './topics.js';

const Event = schema({ id: utf8 });

describe('what is fetched', () => {
  it('is no more than two answers ahead of what is read, however much there is', async () => {
    const brokers = sharedServices().kafka;
    await using topic = await testTopic(brokers, 2);
    const value = 'x'.repeat(100_000);
    for (let i = 0; i < 20; i++) {
      for (const partition of [0, 1])
        await topic.append(partition, [{ value }, { value }, { value }, { value }, { value }]);
    }
    const sockets: Socket[] = [];
    const socketFactory = ({ host, port, onConnect }: { host: string; port: number; onConnect: () => void }) => {
      const socket = new Socket().connect(port, host, onConnect);
      sockets.push(socket);
      return socket;
    };
    const fetched = () => sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
    const reader = await opened(kafka({ brokers: [brokers], socketFactory }).topic(topic.name, Event));
    for (const partition of [0, 1]) await reader.read(partition, 0, 1);
    for (let before = -1; before !== fetched();) {
      before = fetched();
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    // Of 20 MB: two partitions, two answers each, of a mebibyte and what is left of a batch of half a megabyte.
    expect(fetched()).toBeGreaterThan(1_000_000);
    expect(fetched()).toBeLessThan(2 * 2 * (1_048_576 + 600_000));
    const all = await Promise.all([0, 1].map((partition) => readAll(reader, partition)));
    expect(all.map(({ records }) => records.length)).toEqual([100, 100]);
    await reader.close();
  });

  it('goes by the name of the topic where brokers know no ids', async () => {
    const brokers = sharedServices().kafka;
    await using topic = await testTopic(brokers, 2);
    await topic.append(0, [{ value: 'a' }, { value: 'b' }]);
    await topic.skipTo(0, 5);
    await topic.append(1, [{ value: 'c' }]);
    const client = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING });
    withoutIds(client);
    const reader = await opened(kafka({ client }).topic(topic.name, Event, { end: 'now' }));
    expect(reader.identity).toContain(topic.name);
    const read = await Promise.all([0, 1].map((partition) => readAll(reader, partition)));
    expect(read.map(({ records, position }) => [records.map(({ value }) => value), position])).toEqual([[['a', 'b'], 5], [['c'], 1]]); // prettier-ignore
    await reader.close();
  });
});

interface Pool {
  findConnectedBroker(): Promise<{ readonly versions: object }>;
}

/** A client whose brokers say that they are old. */
function withoutIds(client: Kafka): void {
  const symbol = Object.getOwnPropertySymbols(client).find(({ description }) => description?.endsWith('createCluster'));
  const slots = client as unknown as Record<symbol, (options: object) => { readonly brokerPool: Pool }>;
  const create = slots[symbol!]!;
  slots[symbol!] = (options) => {
    const cluster = create(options);
    const { brokerPool } = cluster;
    const find = brokerPool.findConnectedBroker.bind(brokerPool);
    brokerPool.findConnectedBroker = async () => {
      const broker = await find();
      const old = { ...broker.versions, 1: { minVersion: 4, maxVersion: 11 }, 3: { minVersion: 0, maxVersion: 8 } };
      return Object.create(broker, { versions: { value: old } }) as typeof broker;
    };
    return cluster;
  };
}
