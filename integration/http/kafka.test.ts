import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { int32, schema, utf8, type Fields, type Row } from '@millrace/core';
import { partitionOfKey } from '@millrace/core/connector';
import { ingestion } from '@millrace/connectors/http';
import { kafka } from '@millrace/connectors/kafka';
import { committedRows } from '../kafka/committed-rows.js';
import { opened } from '../kafka/reading.js';
import { testTopic } from '../kafka/topics.js';
import { sharedServices, startService, type RunningService } from '../services/services.js';
import { clients } from './clients.js';

const Pin = schema({ id: utf8, likes: int32 });
const sorted = <F extends Fields>(rows: readonly Row<F>[]): string[] => rows.map(({ id }) => String(id)).sort();

describe('posts on their way to Kafka', () => {
  it('a burst: all that are acknowledged are in the topic once, in the partition of their key, many in a write', async () => {
    const brokers = sharedServices().kafka;
    await using made = await testTopic(brokers, 3);
    const topic = kafka({ brokers: [brokers] }).topic(made.name, Pin, { keyedBy: 'id' });
    const api = ingestion({ routes: { '/pin': { topic } } });
    const { url } = await api.listen(0);
    const posts = clients(`${url}/pin`, 40, (n) => (n < 3000 ? { id: `id${n}`, likes: n } : undefined));
    const acknowledged = await posts.done;
    expect(posts.refused).toEqual([]);
    expect(acknowledged).toHaveLength(3000);
    const { accepted, batches } = api.metrics().routes['/pin']!;
    expect(accepted).toBe(3000);
    expect(batches).toBeLessThan(1500);
    await api.close();
    await topic.close();
    expect(sorted(await committedRows(brokers, made.name, Pin))).toEqual([...acknowledged].sort());

    const reader = await opened(topic);
    for (const { partition, start, end } of await reader.partitions()) {
      const pull = await reader.read(partition, start, end - start);
      if (pull.kind !== 'records') throw new Error(`partition ${partition} has nothing`);
      const { keys, length } = pull.records;
      for (let row = 0; row < length; row++) {
        const key = keys.bytes.subarray(keys.offsets[row], keys.offsets[row + 1]);
        expect(partitionOfKey(key, 3)).toBe(partition);
      }
    }
    await reader.close();
  });

  it('keeps the idempotency key in the headers, and bytes as they came', async () => {
    const brokers = sharedServices().kafka;
    await using made = await testTopic(brokers, 1);
    const topic = kafka({ brokers: [brokers] }).topic(made.name, Pin, { keyedBy: 'id' });
    await using api = ingestion({ routes: { '/pin': { topic } } });
    const key = randomUUID();
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const body = '{ "likes": 1e1, "id": "ä" }';
    for (let times = 0; times < 3; times++) {
      const answer = await api.fetch(new Request('http://localhost/pin', { method: 'POST', headers, body }));
      expect(answer.status).toBe(202);
    }
    const reader = await opened(topic);
    const pull = await reader.read(0, 0, 10);
    if (pull.kind !== 'records') throw new Error('the topic has nothing');
    const { values, headers: found, length } = pull.records;
    expect(length).toBe(1);
    expect(Buffer.from(values.bytes.subarray(values.offsets[0], values.offsets[1])).toString()).toBe(body);
    expect(found![0]!.map(([name, value]) => [name, Buffer.from(value!).toString()])).toEqual([
      ['idempotency-key', key],
    ]);
    await reader.close();
    await topic.close();
  });

  it('a topic that is not there: 503, with the sentence that says so', async () => {
    const topic = kafka({ brokers: [sharedServices().kafka] }).topic('nowhere', Pin);
    await using api = ingestion({ routes: { '/pin': { topic } } });
    const headers = { 'content-type': 'application/json' };
    const answer = await api.fetch(
      new Request('http://localhost/pin', { method: 'POST', headers, body: '{"id":"a","likes":1}' }),
    );
    expect(answer.status).toBe(503);
    expect(((await answer.json()) as { error: string }).error).toContain('has no topic "nowhere"');
    await topic.close();
  });
});

describe('a broker that is killed under load', () => {
  let broker: RunningService;
  beforeAll(async () => {
    broker = await startService('kafka');
  });
  afterAll(() => broker.remove());

  it('posts wait or are answered with 503; none that was acknowledged is lost, and with keys none is doubled', async () => {
    await using made = await testTopic(broker.url, 3);
    const topic = kafka({ brokers: [broker.url] }).topic(made.name, Pin, { keyedBy: 'id' });
    const api = ingestion({ routes: { '/pin': { topic } }, acknowledgeWithin: '300ms' });
    const { url } = await api.listen(0);
    let isLast = false;
    const posts = clients(`${url}/pin`, 20, (n) => (isLast ? undefined : { id: `id${n}`, likes: n }), { keys: true });
    await posts.acknowledged(500);
    await broker.kill();
    await posts.refusal(503);
    const whenAway = posts.count();
    await broker.restart();
    await posts.acknowledged(whenAway + 500);
    isLast = true;
    const acknowledged = await posts.done;
    await api.close();
    await topic.close();
    expect(new Set(posts.refused)).toEqual(new Set([503]));
    // Every client repeats what was refused until it is taken: so all are there, and each of them once.
    expect(sorted(await committedRows(broker.url, made.name, Pin))).toEqual([...acknowledged].sort());
  });

  it('that stays away: what waits is bounded, and answered with 503 or 429', async () => {
    await using made = await testTopic(broker.url, 1);
    const topic = kafka({ brokers: [broker.url], patienceMs: 3000, retry: { retries: 0 } }).topic(made.name, Pin);
    const limits = { bodyMax: 1000, queueMax: 20_000, acknowledgeWithin: '200ms' } as const;
    const api = ingestion({ routes: { '/pin': { topic } }, ...limits });
    const { url } = await api.listen(0);
    const posts = clients(`${url}/pin`, 40, (n) => ({ id: `id${n}`.padEnd(900), likes: n }));
    await posts.acknowledged(100);
    await broker.kill();
    await posts.refusal(429);
    expect(api.metrics().queueBytes).toBeLessThanOrEqual(limits.queueMax);
    posts.stop();
    const acknowledged = await posts.done;
    await api.close();
    await topic.close();
    await broker.restart();
    const there = new Set(sorted(await committedRows(broker.url, made.name, Pin)));
    expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThanOrEqual(100);
  });
});

describe('closing under load', () => {
  it('loses nothing that was acknowledged', async () => {
    const brokers = sharedServices().kafka;
    await using made = await testTopic(brokers, 3);
    const topic = kafka({ brokers: [brokers] }).topic(made.name, Pin, { keyedBy: 'id' });
    const api = ingestion({ routes: { '/pin': { topic } } });
    const { url } = await api.listen(0);
    const posts = clients(`${url}/pin`, 30, (n) => ({ id: `id${n}`, likes: n }));
    await posts.acknowledged(500);
    await api.close();
    posts.stop();
    const acknowledged = await posts.done;
    await topic.close();
    const there = new Set(sorted(await committedRows(brokers, made.name, Pin)));
    expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
    expect(api.metrics()).toMatchObject({ pending: 0, queueBytes: 0 });
  });
});
