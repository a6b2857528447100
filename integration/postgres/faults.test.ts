import { expect, onTestFinished, test } from 'vitest';
import { defineJob, memoryStore, run, schema, start, timestamp, utf8, type Job } from '@millrace/core';
import { memory, type MemoryTopic } from '@millrace/connectors/memory';
import { postgres, type PostgresOptions } from '@millrace/connectors/postgres';
import { agg, aggregate, eventTime, tumbling } from '@millrace/operators';
import { queryAt, type Query } from './query.js';
import { sharedServices, type RunningService } from '../services/services.js';
import { until } from '../until.js';
import { ownServer } from '../own-server.js';
import { failureOf } from '../failure-of.js';

const Pin = schema({ id: utf8, category: utf8, at: timestamp });
const total = 3000;
const pin = (i: number): string =>
  JSON.stringify({ id: `p${i}`, category: `c${i % 7}`, at: new Date(i * 1000).toISOString() });

function jobOn(topic: MemoryTopic<typeof Pin.fields>, url: string, options: Partial<PostgresOptions> = {}): Job {
  const database = postgres({ url, ...options });
  return defineJob({
    name: 'pins',
    sources: { live: topic },
    graph: (pins) => {
      const timed = pins.pipe(eventTime('at', { maxOutOfOrderness: '5s' }));
      const counts = timed.pipe(aggregate({ window: tumbling('1m'), by: 'category', compute: { pins: agg.count() } }));
      return { pins: timed, counts };
    },
    sinks: {
      pins: database.table('pins', { create: true }),
      counts: database.view('counts', { key: ['category', 'windowStart'], create: true }),
    },
    checkpoints: memoryStore(),
  });
}

const query = (url: string, text: string): ReturnType<Query> => queryAt(url)(text);

/** Runs the job while records come, and does `fault` between them; every row must be there once in the end. */
async function throughFaults(server: RunningService, fault: () => Promise<unknown>): Promise<void> {
  const topic = memory().topic('pins', Pin, { partitions: 2 });
  const handle = start(jobOn(topic, server.url), {
    mode: 'live',
    report: false,
    checkpointEvery: '20ms',
    batchRows: 50,
  });
  // A server that does not answer when a run begins ends it: the URL may be wrong.
  await until(() => handle.metrics().state === 'running');
  for (let from = 0; from < total; from += 300) {
    await topic.send(Array.from({ length: 300 }, (_, i) => pin(from + i)));
    await fault();
  }
  await topic.end();
  const { outputs } = await handle.done;
  const [pins] = await query(server.url, 'SELECT count(*)::int AS rows, count(DISTINCT id)::int AS ids FROM pins');
  expect(pins).toEqual({ rows: total, ids: total });
  const [counts] = await query(server.url, 'SELECT count(*)::int AS rows, sum(pins)::int AS pins FROM counts');
  expect(counts).toEqual({ rows: outputs['counts']!.rows, pins: total });
  expect(await query(server.url, 'SELECT 1 FROM millrace.staged')).toEqual([]);
}

test('39d: connections that the server ends, idle or at work, cost nothing and double nothing', async () => {
  const server = await ownServer('postgres');
  await throughFaults(server, () =>
    query(server.url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace'"),
  );
});

test('a server that is killed and comes back is waited for', async () => {
  const server = await ownServer('postgres');
  let turn = 0;
  await throughFaults(server, async () => {
    if (turn++ % 3 !== 1) return;
    await server.kill();
    await server.restart();
  });
});

test('a server that stays away ends the run with one sentence, and a restart makes it whole', async () => {
  const server = await ownServer('postgres');
  const topic = memory().topic('pins', Pin);
  const job = jobOn(topic, server.url, { retryFor: '300ms' });
  const handle = start(job, { mode: 'live', report: false, checkpointEvery: '20ms' });
  const failed = expect(handle.done).rejects.toMatchObject({ code: 'MILLRACE_SERVER_FAILED' });
  await until(() => handle.metrics().state === 'running');
  await server.kill();
  await topic.send(Array.from({ length: total }, (_, i) => pin(i)));
  await failed;
  await topic.end();
  await server.restart();
  await run(job, { mode: 'live', report: false });
  expect(await query(server.url, 'SELECT count(DISTINCT id)::int AS ids, count(*)::int AS rows FROM pins')).toEqual([{ ids: total, rows: total }]); // prettier-ignore
});

test('what cannot be meant is refused before the first record, in one sentence', async () => {
  const { postgres: url } = sharedServices();
  const topic = memory().topic('pins', Pin);
  await topic.send([pin(0)]);
  await topic.end();
  const refusal = (sinkUrl: string, name = 'nowhere'): Promise<string> => {
    const job = defineJob({
      name: 'refused',
      sources: { live: topic },
      graph: (pins) => ({ pins }),
      sinks: { pins: postgres({ url: sinkUrl }).table(name) },
    });
    return failureOf(run(job, { mode: 'live', report: false }));
  };
  const other = new URL(url);
  other.port = '9';
  expect(await refusal(other.href)).toContain('the server does not answer');
  other.href = url;
  other.pathname = '/nobody_has_it';
  expect(await refusal(other.href)).toContain('the server has no database of that name');
  expect(await refusal(url)).toContain('it is not there');
  await query(url, 'CREATE TABLE wrong_type (id text, category text, at integer)');
  await query(url, 'CREATE TABLE asks_more (id text, category text, at timestamptz, price integer NOT NULL)');
  onTestFinished(() => query(url, 'DROP TABLE wrong_type, asks_more').then(() => undefined));
  expect(await refusal(url, 'wrong_type')).toContain(
    'its column "at" is integer, and the output has timestamp with time zone',
  );
  expect(await refusal(url, 'asks_more')).toContain('its column "price" is NOT NULL, and the output does not have it');
});
