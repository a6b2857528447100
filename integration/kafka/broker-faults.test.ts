import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineJob, int32, memoryStore, schema, start, utf8 } from '@millrace/core';
import { kafka } from '@millrace/connectors/kafka';
import { memory } from '@millrace/connectors/memory';
import { startService, type RunningService } from '../services/services.js';
import { committedRows } from './committed-rows.js';
import { opened } from './reading.js';
import { testTopic, type TestTopic } from './topics.js';
import { until } from '../until.js';

const Event = schema({ id: utf8, n: int32 });
const pieces = 8;
const perPiece = 200;

let broker: RunningService;
beforeAll(async () => {
  broker = await startService('kafka');
});
afterAll(() => broker.remove());

async function append(topic: TestTopic, piece: number): Promise<void> {
  const all = Array.from({ length: perPiece }, (_, i) => piece * perPiece + i);
  for (const partition of [0, 1]) {
    const own = all.filter((n) => n % 2 === partition);
    await topic.append(partition, own.map((n) => ({ key: `${n}`, value: JSON.stringify({ id: `${n}`, n }) }))); // prettier-ignore
  }
}

describe('a broker that fails under a job', () => {
  it('may be killed and come back, again and again: every row is there once, in memory and in a topic', async () => {
    await using from = await testTopic(broker.url, 2);
    await using to = await testTopic(broker.url, 2);
    const cluster = kafka({ brokers: [broker.url] });
    const list = memory().list('events');
    const job = defineJob({
      name: randomUUID(),
      sources: { live: cluster.topic(from.name, Event, { keyedBy: 'id' }) },
      graph: (events) => ({ list: events, topic: events }),
      sinks: { list, topic: cluster.topic(to.name, { keyedBy: 'id' }) },
      checkpoints: memoryStore(),
    });
    const handle = start(job, { mode: 'live', checkpointEvery: '50ms', report: false });
    for (let piece = 0; piece < pieces; piece++) {
      await append(from, piece);
      // A run that is only being opened may fail: it has promised nothing yet.
      if (piece === 0) await until(async () => (await list.rows()).length === perPiece);
      // Whatever the job is at just now.
      if (piece % 3 === 1) {
        await broker.kill();
        await broker.restart();
      }
    }
    const all = until(async () => (await list.rows()).length >= pieces * perPiece);
    // A run that has failed never gets there.
    await Promise.race([all, handle.done.then(() => Promise.reject(new Error('it ended by itself')))]);
    await handle.stop();
    await handle.done;
    const expected = Array.from({ length: pieces * perPiece }, (_, n) => n);
    const sorted = (rows: readonly { readonly [field: string]: unknown }[]) =>
      rows.map(({ n }) => Number(n)).sort((a, b) => a - b);
    expect(sorted(await list.rows())).toEqual(expected);
    expect(sorted(await committedRows(broker.url, to.name, Event))).toEqual(expected);
  });

  it('that hangs is not taken for a topic with nothing in it', async () => {
    await using topic = await testTopic(broker.url, 1);
    const reader = await opened(kafka({ brokers: [broker.url] }).topic(topic.name, Event));
    expect((await reader.read(0, 0, 10)).kind).toBe('caughtUp');
    broker.pause();
    let answered = false;
    // Looks again after a while, and then waits for the broker.
    const arrived = reader.arrival(0, 0, new AbortController().signal);
    await arrived;
    const read = reader.read(0, 0, 10).then((pull) => {
      answered = true;
      return pull;
    });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(answered).toBe(false);
    broker.resume();
    expect((await read).kind).toBe('caughtUp');
    await reader.close();
  });

  it('and does not come back ends the run, when patience is at an end', async () => {
    await using topic = await testTopic(broker.url, 1);
    const reader = await opened(
      kafka({ brokers: [broker.url], patienceMs: 500, retry: { retries: 1 } }).topic(topic.name, Event),
    );
    await reader.read(0, 0, 10);
    await broker.kill();
    const failed = (async () => {
      for (;;) {
        await reader.arrival(0, 0, new AbortController().signal);
        await reader.read(0, 0, 10);
      }
    })();
    await expect(failed).rejects.toMatchObject({ code: 'MILLRACE_SERVER_FAILED', retryable: true });
    await reader.close();
    await broker.restart();
  });
});
