import { defineJob, memoryStore, run, schema, timestamp, utf8, type Job, type ObjectStore } from '@millrace/core';
import { memory, type MemoryTopic } from '@millrace/connectors/memory';
import { eventTime } from '@millrace/operators';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { raises, temporaryFolder } from './page.js';

// What can be wrong with a topic: what a job has read of it is gone, or is not what it was.

const Pin = schema({ unique_id: utf8, at: timestamp });
type Topic = MemoryTopic<typeof Pin.fields>;

const live = { mode: 'live', atEnd: 'hold', report: false } as const;
const pins = ['a', 'b', 'c'].map((unique_id) => ({ unique_id, at: new Date('2026-01-05T12:00:00Z') }));

/** A job that has read the topic to its end, and holds its windows open. */
async function ran(topic: Topic): Promise<{ readonly job: Job; readonly on: (other: Topic) => Job }> {
  const checkpoints = memoryStore();
  const sink = memory().list('pins');
  const on = (other: Topic): Job => jobOf(other, checkpoints, sink);
  const job = on(topic);
  await run(job, live);
  return { job, on };
}

function jobOf(topic: Topic, checkpoints: ObjectStore, sink = memory().list('pins')): Job {
  return defineJob({
    name: 'pins',
    sources: { live: topic, replay: topic },
    graph: (flow) => ({ pins: flow.pipe(eventTime('at', { maxOutOfOrderness: '5s' })) }),
    sinks: { pins: sink },
    checkpoints,
  });
}

async function ended(topic: Topic, values: readonly (typeof pins)[number][] = pins): Promise<Topic> {
  await topic.send(values);
  await topic.end();
  return topic;
}

raises('MILLRACE_SOURCE_CHANGED', async () => {
  const { on } = await ran(await ended(memory().topic('pins', Pin)));
  const other = await ended(memory().topic('pins', Pin));
  // ↓
  await run(on(other), live);
});

raises('MILLRACE_SOURCE_TRUNCATED', async () => {
  const topic = await ended(memory().topic('pins', Pin));
  const { job } = await ran(topic);
  await topic.deleteBefore(0, 5);
  // ↓
  await run(job, live);
});

raises('MILLRACE_SOURCE_BEYOND_END', async () => {
  const path = temporaryFolder();
  const copy = `${path}-copy`;
  await memory({ folder: path }).topic('pins', Pin).send(pins.slice(0, 1));
  cpSync(join(path, 'topics'), copy, { recursive: true });
  const { on } = await ran(await ended(memory({ folder: path }).topic('pins', Pin)));
  rmSync(join(path, 'topics'), { recursive: true });
  cpSync(copy, join(path, 'topics'), { recursive: true });
  rmSync(copy, { recursive: true });
  const restored = await ended(memory({ folder: path }).topic('pins', Pin), []);
  // ↓
  await run(on(restored), live);
});

raises('MILLRACE_SOURCE_KEY', async () => {
  const topic = memory().topic('pins', Pin, { keyedBy: 'unique_id' });
  await topic.append([{ value: pins[0]!, key: 'somebody else' }]);
  await topic.end();
  // ↓
  await run(jobOf(topic, memoryStore()), live);
});

raises('MILLRACE_SOURCE_REPARTITIONED', async () => {
  const topic = memory().topic('pins', Pin, { keyedBy: 'unique_id' });
  const { job } = await ran(await ended(topic));
  await topic.addPartitions(1);
  // ↓
  await run(job, live);
});

raises('MILLRACE_SOURCE_UNREADABLE', async () => {
  const path = temporaryFolder();
  const topic = memory({ folder: path }).topic('pins', Pin);
  await topic.send(pins.slice(0, 2));
  await memory({ folder: path }).topic('pins', Pin).send(pins.slice(2));
  const records = join(path, 'topics/pins/records/0');
  const segment = join(records, readdirSync(records).sort()[0]!);
  const bytes = readFileSync(segment);
  bytes[bytes.length - 5]! ^= 1;
  writeFileSync(segment, bytes);
  const damaged = memory({ folder: path }).topic('pins', Pin);
  // ↓
  await run(jobOf(damaged, memoryStore()), live);
});

raises('MILLRACE_TIME_LOG_UNFIT', async () => {
  const topic = await ended(memory().topic('pins', Pin));
  const timeLog = [{ eventTime: 'eventTime(at)', source: 'pins', partition: 7, offset: 100, watermark: Infinity }];
  // ↓
  await run(jobOf(topic, memoryStore()), { mode: 'replay', report: false, timeLog });
});

raises('MILLRACE_TOPIC_SEALED', async () => {
  const topic = await ended(memory().topic('pins', Pin));
  // ↓
  await topic.send(pins);
});

raises('MILLRACE_TOPIC_TAKEN', async () => {
  const path = temporaryFolder();
  const topic = memory({ folder: path }).topic('pins', Pin);
  await topic.send(pins);
  await memory({ folder: path }).topic('pins', Pin).send(pins);
  await topic.send(pins);
});
