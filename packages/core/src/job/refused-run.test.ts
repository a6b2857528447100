import { expect, test } from 'vitest';
import { memoryStore } from '../checkpoint/memory-store.js';
import type { ObjectStore } from '../connector/object-store.js';
import type { Sink } from '../connector/sink.js';
import { millraceError } from '../error/millrace-error.js';
import { int32 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { testSink } from '../testing/test-sink.js';
import { testSource } from '../testing/test-source.js';
import { defineJob } from './define-job.js';
import type { Job } from './job.js';
import { run } from './run.js';

const Event = schema({ n: int32 });

/** A sink that belongs to another history until it is to be replaced. */
function foreign(sink: Sink<never>): Sink<never> {
  return {
    ...sink,
    async open(context) {
      if (context.publish === 'replace') return sink.open(context);
      throw millraceError('MILLRACE_LINEAGE_FOREIGN', { sink: sink.label, owner: 'job "live"', job: context.job });
    },
  };
}

function jobOn(checkpoints: ObjectStore, sinks: readonly Sink<never>[]): Job {
  const source = testSource('events', Event, [['{"n":1}', '{"n":2}']]);
  return defineJob({
    name: 'events',
    sources: { live: source, replay: source },
    graph: (events) => Object.fromEntries(sinks.map(({ name }) => [name, events])),
    checkpoints,
    sinks: Object.fromEntries(sinks.map((sink) => [sink.name, sink])),
  });
}

async function keysOf(store: ObjectStore): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}

test('a replay that a sink refuses leaves no history behind, and the next one begins at the lowest offset', async () => {
  const store = memoryStore();
  const [first, second] = [testSink('first'), testSink('second')];
  const job = jobOn(store, [first, foreign(second)]);
  await expect(run(job, { mode: 'replay', report: false })).rejects.toMatchObject({ code: 'MILLRACE_LINEAGE_FOREIGN' });
  expect(await keysOf(store)).toEqual([]);
  const { checkpoint } = await run(job, { mode: 'replay', publish: 'replace', report: false });
  expect(second.rows).toHaveLength(2);
  expect(checkpoint).toBe(1);
});

test('a run of a complete history changes nothing, however often, nor does one whose own sink cannot take the rows', async () => {
  const store = memoryStore();
  const sink = testSink('events');
  const job = jobOn(store, [sink]);
  await run(job, { mode: 'live', report: false });
  const before = await keysOf(store);
  const sinks = { events: { ...testSink('views'), modes: ['upsert'] } as never };
  await expect(run(job, { mode: 'live', sinks, report: false })).rejects.toMatchObject({ code: 'MILLRACE_SINK_UNFIT' });
  for (let i = 0; i < 2; i++) {
    await expect(run(job, { mode: 'live', report: false })).rejects.toMatchObject({
      code: 'MILLRACE_LINEAGE_COMPLETE',
    });
  }
  expect(await keysOf(store)).toEqual(before);
});

test('a complete history whose last rows are not shown is claimed, and shows them', async () => {
  const store = memoryStore();
  const sink = testSink('events');
  const torn: Sink<never> = {
    ...(sink as Sink<never>),
    async open(context) {
      const writer = await sink.open(context);
      return { ...writer, publish: () => Promise.reject(new Error('the power is gone')) };
    },
  };
  await expect(run(jobOn(store, [torn]), { mode: 'live', report: false })).rejects.toThrow('the power is gone');
  expect(sink.rows).toHaveLength(0);
  await run(jobOn(store, [sink as never]), { mode: 'live', report: false });
  expect(sink.rows).toHaveLength(2);
});

test('of two that begin a history at once the one that is refused by a sink of the other was too late', async () => {
  const store = memoryStore();
  const sink = testSink('events');
  const late: Sink<never> = {
    ...(sink as Sink<never>),
    async open(context) {
      await run(jobOn(store, [sink as never]), { mode: 'live', report: false });
      throw millraceError('MILLRACE_LINEAGE_FOREIGN', { sink: sink.label, owner: 'job "events"', job: context.job });
    },
  };
  await expect(run(jobOn(store, [late]), { mode: 'live', report: false })).rejects.toMatchObject({
    code: 'MILLRACE_OWNERSHIP_LOST',
    data: { checkpoint: 0 },
    cause: { code: 'MILLRACE_LINEAGE_FOREIGN' },
  });
});

test('a replacement by a topic that may go on for ever is warned of', async () => {
  const warnings: string[] = [];
  const logger = {
    debug() {},
    info() {},
    warn: (_: object, message: string) => void warnings.push(message),
    error() {},
  };
  const source = testSource('events', Event, [['{"n":1}']]);
  const job = defineJob({
    name: 'events',
    sources: { live: { ...source, bounded: false }, replay: source },
    graph: (events) => ({ events }),
    checkpoints: memoryStore(),
    sinks: { events: testSink('events') as never },
  });
  await run(job, { mode: 'replay', publish: 'replace', lineage: 'new', report: false, logger });
  expect(warnings).toEqual([]);
  const sinks = { events: testSink('live') as never };
  await run(job, { mode: 'live', publish: 'replace', sinks, report: false, logger });
  expect(warnings).toEqual([expect.stringContaining('The results are swapped in when test source "events" ends')]);
});
