import {
  defineJob,
  memoryStore,
  run,
  schema,
  start,
  timestamp,
  utf8,
  type Flow,
  type Job,
  type ObjectStore,
  type Outputs,
  type Sink,
} from '@millrace/core';
import { folder } from '@millrace/core/folder';
import { virtualClock } from '@millrace/core/testing';
import { memory, type MemoryTopic } from '@millrace/connectors/memory';
import { s3 } from '@millrace/connectors/s3';
import { agg, aggregate, dedup, eventTime, tumbling } from '@millrace/operators';
import { writeFileSync } from 'node:fs';
import { vi } from 'vitest';
import { raises, temporaryFolder } from './page.js';
import { until } from '../until.js';

// What a job is refused for, before it runs or while it does, and what becomes of its checkpoints.

const Pin = schema({ unique_id: utf8, category: utf8, at: timestamp });
type Pins = Flow<typeof Pin.fields>;

const live = { mode: 'live', report: false } as const;
const pin = { unique_id: 'a', category: 'travel', at: new Date('2026-01-05T12:00:00Z') };

/** Minutes by category. */
function popularity(pins: Pins, window = '1m'): Outputs {
  return {
    popularity: pins.pipe(
      eventTime('at', { maxOutOfOrderness: '5s' }),
      aggregate({ window: tumbling(window), by: 'category', compute: { pins: agg.count() } }),
    ),
  };
}

interface Parts {
  readonly topic: MemoryTopic<typeof Pin.fields>;
  readonly sinks: object;
  readonly name?: string;
  readonly graph?: (pins: Pins) => Outputs;
  readonly checkpoints?: ObjectStore;
}

function jobOf({ topic, sinks, name = 'pins', graph = popularity, checkpoints = memoryStore() }: Parts): Job {
  return defineJob({ name, sources: { live: topic }, graph, sinks: sinks as never, checkpoints });
}

raises('MILLRACE_JOB_INVALID', () => {
  const place = memory();
  const sinks = { popularity: place.list('popularity') } as never;
  // ↓
  defineJob({ name: 'my pins', sources: { live: place.topic('pins', Pin) }, graph: popularity, sinks });
});

raises('MILLRACE_SINK_MISSING', () => {
  const place = memory();
  const sinks = { popularty: place.list('popularity') } as never;
  // ↓
  defineJob({ name: 'pins', sources: { live: place.topic('pins', Pin) }, graph: popularity, sinks });
});

raises('MILLRACE_SINK_UNFIT', () => {
  const place = memory();
  const graph = (pins: Pins) => ({ totals: pins.pipe(aggregate({ by: 'category', compute: { pins: agg.count() } })) });
  const sinks = { totals: place.list('totals') } as never;
  // ↓
  defineJob({ name: 'pins', sources: { live: place.topic('pins', Pin) }, graph, sinks });
});

raises('MILLRACE_OPTION_INVALID', () => {
  const place = memory();
  const job = jobOf({ topic: place.topic('pins', Pin), sinks: { popularity: place.list('popularity') } });
  // ↓
  return run(job, { mode: 'replay' });
});

raises('MILLRACE_LINEAGE_COMPLETE', async () => {
  const place = memory();
  const topic = place.topic('pins', Pin);
  const job = jobOf({ topic, sinks: { popularity: place.list('popularity') } });
  await topic.send([pin]);
  await topic.end();
  await run(job, live);
  // ↓
  await run(job, live);
});

raises('MILLRACE_LINEAGE_FOREIGN', async () => {
  const place = memory();
  const topic = place.topic('pins', Pin);
  const sinks = { popularity: place.view('popularity', { key: ['category', 'windowStart'] }) };
  await topic.send([pin]);
  await topic.end();
  await run(jobOf({ topic, sinks }), live);
  // ↓
  await run(jobOf({ topic, sinks, name: 'pins-again' }), live);
});

raises('MILLRACE_PLAN_INCOMPATIBLE', async () => {
  const place = memory();
  const topic = place.topic('pins', Pin);
  const parts = { name: 'pins', sources: { live: topic }, checkpoints: memoryStore() };
  const sinks = { popularity: place.list('popularity') } as never;
  await topic.send([pin]);
  await topic.end();
  await run(defineJob({ ...parts, graph: popularity, sinks }), { ...live, atEnd: 'hold' });
  const hourly = (pins: Pins): Outputs => popularity(pins, '1h');
  // ↓
  const changed = defineJob({ ...parts, graph: hourly, sinks });
  await run(changed, live);
});

raises('MILLRACE_SINK_AHEAD', async () => {
  const place = memory();
  const topic = place.topic('pins', Pin);
  const sinks = { pins: place.list('pins') };
  const graph = (pins: Pins): Outputs => ({ pins });
  const checkpoints = memoryStore();
  await topic.send([pin]);
  await stopped(jobOf({ topic, sinks, graph, checkpoints }), async () => (await sinks.pins.rows()).length === 1);
  const older = await copyOf(checkpoints);
  await topic.send([pin, pin]);
  await topic.end();
  await run(jobOf({ topic, sinks, graph, checkpoints }), live);
  // ↓
  await run(jobOf({ topic, sinks, graph, checkpoints: older }), live);
});

raises('MILLRACE_OWNERSHIP_LOST', async () => {
  const place = memory();
  const topic = place.topic('pins', Pin);
  const parts = { topic, sinks: { pins: place.list('pins') }, checkpoints: memoryStore(), graph };
  function graph(pins: Pins): Outputs {
    return { pins };
  }
  await topic.send([pin]);
  // ↓
  const first = start(jobOf(parts), live);
  await until(() => first.metrics().state === 'running');
  const second = start(jobOf(parts), live);
  await until(() => second.metrics().state === 'running');
  await topic.send([pin]);
  await topic.end();
  await Promise.all([first.done, second.done.catch(() => undefined)]);
});

raises('MILLRACE_STOP_LATE', async () => {
  const place = memory();
  const topic = place.topic('pins', Pin);
  const clock = virtualClock();
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const hangs: Sink<unknown> = {
    ...place.print({ write: () => undefined }),
    async open(context) {
      const writer = await place.print({ write: () => undefined }).open(context);
      return { ...writer, stage: () => released.then(() => null) };
    },
  };
  await topic.send([pin]);
  const handle = start(jobOf({ topic, sinks: { pins: hangs }, graph: (pins) => ({ pins }) }), { ...live, clock });
  await until(() => handle.metrics().state === 'running');
  // ↓
  const late = handle.stop({ deadline: '30s' }).catch((error: unknown) => error);
  clock.advance(30_000);
  const error = await late;
  release();
  await handle.done;
  return error;
});

raises('MILLRACE_STORE_FAILED', async () => {
  const place = memory();
  const path = `${temporaryFolder()}/checkpoints`;
  writeFileSync(path, 'a file, where a folder is due');
  const topic = place.topic('pins', Pin);
  const job = jobOf({ topic, sinks: { popularity: place.list('popularity') }, checkpoints: folder(path) });
  // ↓
  await run(job, live);
});

raises('MILLRACE_STORE_REFUSED', async () => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  for (const name of ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE']) vi.stubEnv(name, '/nowhere');
  const place = memory();
  const checkpoints = s3('s3://my-bucket/checkpoints', { region: 'eu-central-1' });
  const job = jobOf({ topic: place.topic('pins', Pin), sinks: { popularity: place.list('popularity') }, checkpoints });
  // ↓
  await run(job, live).finally(() => vi.unstubAllEnvs());
});

raises('MILLRACE_CHECKPOINT_UNREADABLE', async () => {
  const place = memory();
  const topic = place.topic('pins', Pin);
  const checkpoints = memoryStore();
  const graph = (pins: Pins): Outputs => ({
    pins: pins.pipe(eventTime('at', { maxOutOfOrderness: '5s' }), dedup({ by: 'unique_id', within: '1h' })),
  });
  const job = jobOf({ topic, sinks: { pins: place.list('pins') }, graph, checkpoints });
  await topic.send([pin]);
  await topic.end();
  await run(job, { ...live, atEnd: 'hold' });
  const last = (await keysOf(checkpoints)).filter((key) => key.includes('/manifest/')).at(-1)!;
  const manifest = new TextDecoder().decode(await checkpoints.get(last));
  await checkpoints.put(last, new TextEncoder().encode(manifest.replace('"v":1', '"v":2')));
  // ↓
  await run(job, live);
});

/** Runs a job until `isDone`, and stops it. */
async function stopped(job: Job, isDone: () => Promise<boolean>): Promise<void> {
  const handle = start(job, { ...live, checkpointEvery: '1ms' });
  await until(isDone);
  await handle.stop();
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys.sort();
}

async function copyOf(store: ObjectStore): Promise<ObjectStore> {
  const copy = memoryStore();
  for (const key of await keysOf(store)) await copy.put(key, (await store.get(key))!);
  return copy;
}
