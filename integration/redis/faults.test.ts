import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { defineJob, isMillraceError, memoryStore, run, schema, start, timestamp, utf8, type Job } from '@millrace/core';
import { memory, type MemoryTopic } from '@millrace/connectors/memory';
import { redis, type RedisOptions } from '@millrace/connectors/redis';
import { randomOf, seedOf } from '@millrace/core/testing';
import { agg, aggregate, eventTime, tumbling } from '@millrace/operators';
import { startService, type RunningService } from '../services/services.js';
import { tcpProxy, type TcpProxy } from '../services/tcp-proxy.js';

const Pin = schema({ id: utf8, category: utf8, at: timestamp });
const total = 3000;
const perTurn = 300;
const seed = seedOf();
const pin = (i: number): string => JSON.stringify({ id: `p${i}`, category: `c${i % 7}`, at: new Date(i * 1000).toISOString() }); // prettier-ignore

async function ownServer(): Promise<RunningService> {
  const server = await startService('redis');
  onTestFinished(() => server.remove());
  return server;
}

function clientOf({ url }: RunningService): Redis {
  const client = new Redis(url);
  onTestFinished(() => client.disconnect());
  return client;
}

function jobOn(topic: MemoryTopic<typeof Pin.fields>, options: RedisOptions): Job {
  const store = redis(options);
  return defineJob({
    name: 'pins',
    sources: { live: topic },
    graph: (raw) => {
      const pins = raw.pipe(eventTime('at', { maxOutOfOrderness: '5s' }));
      const compute = { pins: agg.count() };
      return { pins, counts: pins.pipe(aggregate({ window: tumbling('1m'), by: 'category', compute, early: '5ms' })) };
    },
    sinks: {
      pins: store.view('pins', { key: ['id'] }),
      counts: store.view('counts', { key: ['category', 'windowStart'] }),
    },
    checkpoints: memoryStore(),
  });
}

/** Every record is shown once, and nothing is left that nobody sees. */
async function expectWhole(server: RunningService, counts: number): Promise<void> {
  const store = redis({ url: server.url });
  onTestFinished(() => store.close());
  const pins = await store.view('pins', { key: ['id'] }).rows();
  expect(pins.map(({ id }) => id)).toEqual(Array.from({ length: total }, (_, i) => `p${i}`));
  const shown = await store.view('counts', { key: ['category', 'windowStart'] }).rows({ early: true });
  expect(shown).toHaveLength(counts);
  expect(shown.filter(({ early }) => early === true)).toEqual([]);
  expect(shown.reduce((sum, row) => sum + (row['pins'] as number), 0)).toBe(total);
  expect(await clientOf(server).keys('*stage*')).toEqual([]);
}

/** Runs the job while records come, and does `fault` between them. */
async function throughFaults(server: RunningService, url: string, fault: (turn: number) => unknown): Promise<number> {
  const topic = memory().topic('pins', Pin, { partitions: 2 });
  const handle = start(jobOn(topic, { url }), { mode: 'live', report: false, checkpointEvery: '20ms', batchRows: 50 });
  // A server that does not answer when a run begins ends it: the URL may be wrong.
  while (handle.metrics().state !== 'running') await new Promise(setImmediate);
  for (let from = 0; from < total; from += perTurn) {
    await topic.send(Array.from({ length: perTurn }, (_, i) => pin(from + i)));
    await fault(from / perTurn);
  }
  await topic.end();
  const { outputs } = await handle.done;
  await expectWhole(server, outputs['counts']!.rows);
  return outputs['counts']!.rows;
}

test('a server that is killed and comes back is waited for', async () => {
  const server = await ownServer();
  await throughFaults(server, server.url, async (turn) => {
    if (turn % 3 !== 1) return;
    await server.kill();
    await server.restart();
  });
});

test('connections that the server ends cost nothing', async () => {
  const server = await ownServer();
  const client = clientOf(server);
  await throughFaults(server, server.url, () => client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
});

test('a server that forgets its scripts is given them again', async () => {
  const server = await ownServer();
  const client = clientOf(server);
  await throughFaults(server, server.url, () => client.script('FLUSH'));
});

test('a server that says nothing for a while is waited for', async () => {
  const server = await ownServer();
  await throughFaults(server, server.url, async (turn) => {
    if (turn !== 3) return;
    server.pause();
    await new Promise((resolve) => setTimeout(resolve, 500));
    server.resume();
  });
});

test(`lost answers, lost requests, cut and slow connections, and requests that arrive late once more (seed ${seed})`, async () => {
  const server = await ownServer();
  const proxy = await tcpProxy(server.port);
  onTestFinished(() => proxy.close());
  const random = randomOf(seed);
  const faults: readonly ((proxy: TcpProxy) => unknown)[] = [
    (to) => to.cut(),
    (to) => to.dropAnswers(1 + random.below(3)),
    (to) => to.dropRequests(1 + random.below(3)),
    (to) => to.repeat(),
    (to) => to.delay(random.below(15)),
  ];
  const counts = await throughFaults(server, `redis://127.0.0.1:${proxy.port}`, async () => {
    for (let i = 0; i < 4; i++) {
      await random.pick(faults)(proxy);
      await new Promise((resolve) => setTimeout(resolve, random.below(25)));
    }
  });
  expect(proxy.cuts).toBeGreaterThan(0);
  // All that was ever sent comes once more when all is over.
  proxy.cut();
  await proxy.repeat();
  await expectWhole(server, counts);
});

/** The code and the sentence that a run ends with. */
async function failureOf(done: Promise<unknown>): Promise<string> {
  const error = await done.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return isMillraceError(error) ? `${error.code} ${error.sentence}` : String(error);
}

test('a server that stays away ends the run with one sentence, and a restart makes it whole', async () => {
  const server = await ownServer();
  const topic = memory().topic('pins', Pin);
  const job = jobOn(topic, { url: server.url, retryFor: '300ms' });
  const handle = start(job, { mode: 'live', report: false, checkpointEvery: '20ms' });
  const failure = failureOf(handle.done);
  while (handle.metrics().state !== 'running') await new Promise(setImmediate);
  await server.kill();
  await topic.send(Array.from({ length: total }, (_, i) => pin(i)));
  expect(await failure).toMatch(/^MILLRACE_SERVER_FAILED redis view ".*: the server does not answer\.$/);
  await topic.end();
  await server.restart();
  const { outputs } = await run(job, { mode: 'live', report: false });
  await expectWhole(server, outputs['counts']!.rows);
});

test('a server that has lost what it had acknowledged is told of, at work and at the next start', async () => {
  const server = await ownServer();
  const topic = memory().topic('pins', Pin);
  const job = jobOn(topic, { url: server.url });
  const handle = start(job, { mode: 'live', report: false, checkpointEvery: '20ms' });
  const failure = failureOf(handle.done);
  const client = clientOf(server);
  await topic.send(Array.from({ length: total / 2 }, (_, i) => pin(i)));
  while (Number(await client.hget('{millrace:pins}', 'published')) < 1) await new Promise(setImmediate);
  await client.flushall();
  await topic.send(Array.from({ length: total / 2 }, (_, i) => pin(total / 2 + i)));
  expect(await failure).toMatch(
    /^MILLRACE_SINK_UNFIT .* its server has lost what it had acknowledged: it has nothing /,
  );
  await topic.end();
  await client.flushall();
  const again = failureOf(run(job, { mode: 'live', report: false }));
  expect(await again).toMatch(
    /^MILLRACE_SINK_UNFIT .*: it shows nothing of this history, and had shown checkpoint \d+/,
  );
  const { outputs } = await run(job, { mode: 'live', report: false, lineage: 'new' });
  await expectWhole(server, outputs['counts']!.rows);
});
