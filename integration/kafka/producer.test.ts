import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ISocketFactory } from 'kafkajs';
import { int32, schema, utf8 } from '@millrace/core';
import { kafka, type NewRecord } from '@millrace/connectors/kafka';
import { sharedServices, startService, type RunningService } from '../services/services.js';
import { tcpProxy } from '../services/tcp-proxy.js';
import { javaConsume } from './java-clients.js';
import { opened, readAll, type ReadRecord } from './reading.js';
import { testTopic, type TestTopic } from './topics.js';

// What a program appends by `topic(…).send` and `append`.

const Event = schema({ id: utf8, n: int32 });
const partitions = 3;
const topicOn = (brokers: string, { name }: TestTopic, settings: { readonly patienceMs?: number } = {}) =>
  kafka({ brokers: [brokers], ...settings }).topic(name, Event, { keyedBy: 'id' });
const rows = (count: number, from = 0) => Array.from({ length: count }, (_, i) => ({ id: `é${(from + i) % 97}`, n: from + i })); // prettier-ignore
const numbersIn = (records: readonly ReadRecord[]): number[] => records.map(({ value }) => (JSON.parse(value!) as { n: number }).n); // prettier-ignore

/** What the topic has, by partition. */
async function contents(brokers: string, topic: TestTopic, count = partitions): Promise<ReadRecord[][]> {
  const reader = await opened(topicOn(brokers, topic));
  try {
    const read = Array.from({ length: count }, async (_, partition) => (await readAll(reader, partition)).records);
    return await Promise.all(read);
  } finally {
    await reader.close();
  }
}

describe('records of a program', () => {
  let brokers: string;
  beforeAll(() => (brokers = sharedServices().kafka));

  it('are read by Java, in the partitions that Java puts their keys in', async () => {
    await using topic = await testTopic(brokers, partitions);
    const producer = topicOn(brokers, topic);
    await producer.send(rows(300));
    // Text is JSON as well: its key is the field's.
    await producer.append(rows(100, 300).map((row) => ({ value: JSON.stringify(row) })));
    await producer.close();
    const read = await javaConsume(brokers, topic.name, partitions, 400);
    expect(read.map(({ value }) => JSON.parse(value) as { n: number }).sort((a, b) => a.n - b.n)).toEqual(rows(400));
    expect(read.filter(({ partition, expected }) => partition !== expected)).toEqual([]);
    expect(new Set(read.map(({ partition }) => partition)).size).toBe(partitions);
  });

  it('have keys, headers, partitions and no value where they say so', async () => {
    await using topic = await testTopic(brokers, partitions);
    const producer = topicOn(brokers, topic);
    const bytes = Uint8Array.of(0, 255, 7);
    const headers = [['trace', bytes], ['none', null], ['twice', Uint8Array.of(1)], ['twice', Uint8Array.of(2)]] as const; // prettier-ignore
    await producer.append([
      { value: { id: 'a', n: 1 }, partition: 2, headers },
      { value: null, key: 'a', partition: 2 },
      { value: bytes, key: null, partition: 2 },
      { value: '{"id":"b","n":1}', key: 'own', partition: 2 },
    ]);
    await producer.close();
    const reader = await opened(topicOn(brokers, topic));
    const { records } = await readAll(reader, 2);
    expect(records.map(({ key, value }) => [key, value])).toEqual([
      ['a', '{"id":"a","n":1}'],
      ['a', null],
      [null, new TextDecoder().decode(bytes)],
      ['own', '{"id":"b","n":1}'],
    ]);
    const pull = await reader.read(2, 0, 1);
    const found = pull.kind === 'records' ? pull.records.headers![0]! : [];
    expect(found.map(([name, value]) => [name, [...value!]])).toEqual([['trace', [...bytes]], ['twice', [2]]]); // prettier-ignore
    await reader.close();
  });

  it('without a key go to the partitions in turn', async () => {
    await using topic = await testTopic(brokers, partitions);
    const producer = kafka({ brokers: [brokers] }).topic(topic.name, Event);
    await producer.send(rows(9));
    await producer.close();
    expect((await contents(brokers, topic)).map(({ length }) => length)).toEqual([3, 3, 3]);
  });

  it('keep their order, however many calls and writes they come in', async () => {
    await using topic = await testTopic(brokers, 1);
    const producer = topicOn(brokers, topic);
    const filler = 'x'.repeat(30_000);
    const value = (n: number): string => JSON.stringify({ n, filler });
    const calls = Array.from({ length: 12 }, (_, call) =>
      producer.append(Array.from({ length: 10 }, (_, i) => ({ value: value(call * 10 + i) }))),
    );
    // Not waited for: closing waits for what is under way.
    await producer.close();
    const [records] = await contents(brokers, topic, 1);
    expect(numbersIn(records!)).toEqual(Array.from({ length: 120 }, (_, n) => n));
    await Promise.all(calls);
  });

  it('that the topic does not take are refused with all of their call, and the next are taken', async () => {
    await using topic = await testTopic(brokers, partitions, { 'max.message.bytes': '2000' });
    const producer = topicOn(brokers, topic);
    const fine: NewRecord<typeof Event.fields> = { value: { id: 'a', n: 1 }, partition: 0 };
    const refused = { code: 'MILLRACE_OPTION_INVALID' };
    await expect(producer.append([fine, { value: 'x'.repeat(3000) }])).rejects.toMatchObject(refused);
    for (const partition of [partitions, -1, 0.5]) {
      await expect(producer.append([fine, { value: 'x', partition }])).rejects.toMatchObject(refused);
    }
    expect((await contents(brokers, topic)).flat()).toEqual([]);
    await producer.append([fine]);
    await producer.close();
    expect((await contents(brokers, topic)).flat()).toHaveLength(1);
  });

  it('are not taken for written where the topic was made anew with fewer partitions, and can go to those it has grown', async () => {
    await using topic = await testTopic(brokers, partitions);
    const producer = topicOn(brokers, topic);
    await producer.send(rows(30));
    await topic.admin.deleteTopics({ topics: [topic.name] });
    await kafka({ brokers: [brokers] }).createTopic(topic.name, { partitions: 1 });
    await expect(producer.send(rows(30, 30))).rejects.toMatchObject({ code: 'MILLRACE_SERVER_FAILED' });
    await producer.send(rows(30, 60));
    const [records] = await contents(brokers, topic, 1);
    const there = new Set(numbersIn(records!));
    expect(rows(30, 60).filter(({ n }) => !there.has(n))).toEqual([]);
    await topic.admin.createPartitions({ topicPartitions: [{ topic: topic.name, count: 2 }] });
    await producer.append([{ value: { id: 'a', n: 90 }, partition: 1 }]);
    await producer.close();
    const [, grown] = await contents(brokers, topic, 2);
    expect(numbersIn(grown!)).toEqual([90]);
  });

  it('are there once where the answer to a write is lost, and it is sent again', async () => {
    await using topic = await testTopic(brokers, 1);
    const proxy = await tcpProxy(Number(brokers.split(':')[1]));
    // Whatever address a broker gives: all go through the proxy.
    const socketFactory: ISocketFactory = ({ onConnect }) => connect(proxy.port, '127.0.0.1', onConnect);
    const producer = kafka({ brokers: [brokers], socketFactory }).topic(topic.name, Event, { keyedBy: 'id' });
    await producer.send(rows(1));
    for (let n = 1; n < 100; n += 33) {
      proxy.dropAnswers(1);
      await producer.send(rows(33, n));
    }
    expect(proxy.cuts).toBe(3);
    await producer.close();
    await proxy.close();
    const [records] = await contents(brokers, topic, 1);
    expect(numbersIn(records!)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it('can be sent again after closing', async () => {
    await using topic = await testTopic(brokers, 1);
    const producer = topicOn(brokers, topic);
    await producer.close();
    await producer.send(rows(1));
    await producer.close();
    await producer.send(rows(1, 1));
    await producer.close();
    const [records] = await contents(brokers, topic, 1);
    expect(numbersIn(records!)).toEqual([0, 1]);
  });
});

describe('a broker that dies under a producer', () => {
  let broker: RunningService;
  beforeAll(async () => {
    broker = await startService('kafka');
  });
  afterAll(() => broker.remove());

  it('and comes back: what was sent meanwhile is there, once and in order', async () => {
    await using topic = await testTopic(broker.url, 1);
    const producer = topicOn(broker.url, topic);
    let sent = 0;
    let isLast = false;
    const sending = (async () => {
      while (!isLast) {
        await producer.send(rows(50, sent));
        sent += 50;
      }
    })();
    const beyond = async (count: number): Promise<void> => {
      while (sent < count) await Promise.race([sending, new Promise((resolve) => setTimeout(resolve, 5))]);
    };
    for (let kills = 0; kills < 3; kills++) {
      await beyond(sent + 500);
      await broker.kill();
      await broker.restart();
    }
    await beyond(sent + 500);
    isLast = true;
    await sending;
    await producer.close();
    const [records] = await contents(broker.url, topic, 1);
    expect(numbersIn(records!)).toEqual(Array.from({ length: sent }, (_, n) => n));
  });

  it('and stays away: the call fails in a sentence, and a later one is taken', async () => {
    await using topic = await testTopic(broker.url, 1);
    const producer = topicOn(broker.url, topic, { patienceMs: 500 });
    await producer.send(rows(1));
    await broker.kill();
    await expect(producer.send(rows(1, 1))).rejects.toMatchObject({ code: 'MILLRACE_SERVER_FAILED', retryable: true });
    await broker.restart();
    await producer.send(rows(1, 2));
    await producer.close();
    const [records] = await contents(broker.url, topic, 1);
    expect(numbersIn(records!)).toEqual([0, 2]);
  });
});
