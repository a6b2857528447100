import {
  defineJob,
  memoryStore,
  run,
  start,
  type MetricsSnapshot,
  type ObjectStore,
  type Source,
} from '@millrace/core';
import { recordsOf, type SourceReader } from '@millrace/core/connector';
import { archive, lake } from '@millrace/connectors/lake';
import { memory, type MemoryTopic } from '@millrace/connectors/memory';
import { seedOf } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { fill, pinGraph, RawPin, sorted } from './pin-graph.js';
import { pinRecords } from './pin-records.js';
import { until } from '../until.js';

const quiet = { report: false } as const;

interface Place {
  readonly memory: ReturnType<typeof memory>;
  readonly topic: MemoryTopic<RawPin>;
  readonly store: ObjectStore;
  readonly table: Source<RawPin>;
}

function jobOf({ memory: place, topic, table }: Place, name: string) {
  const sinks = { pins: place.list(`${name}-pins`), minutes: place.list(`${name}-minutes`) };
  return { sinks, job: defineJob({ name, sources: { live: topic, replay: table }, graph: pinGraph, sinks }) };
}

/** A topic whose first records are in the lake, and whose last ones are not. */
async function partlyArchived(
  then: (topic: MemoryTopic<RawPin>) => Promise<void> = async () => undefined,
): Promise<Place> {
  const place = memory();
  const store = memoryStore();
  const topic = place.topic('pins', RawPin, { partitions: 3 });
  const table = lake({ root: store }).table('pins', RawPin);
  const records = pinRecords(seedOf(), 3, 200);
  await fill(topic, records.map((partition) => partition.slice(0, 130))); // prettier-ignore
  const archiving = start(archive({ from: topic, to: table, flushRows: 60 }), { mode: 'live', ...quiet });
  await until(() => caughtUp(archiving.metrics()) === 3);
  await archiving.stop();
  await fill(topic, records.map((partition) => partition.slice(130))); // prettier-ignore
  await then(topic);
  await topic.end();
  return { memory: place, topic, store, table };
}

function caughtUp({ sources }: MetricsSnapshot): number {
  const partitions = sources['pins']?.partitions ?? [];
  return partitions.filter(({ position, state }) => position > 0 && state === 'caughtUp').length;
}

/** Holds the lake and then the topic against the topic alone. */
async function sameAsTopic(place: Place): Promise<void> {
  const live = jobOf(place, 'live');
  const both = jobOf(place, 'both');
  const first = await run(live.job, { mode: 'live', ...quiet });
  const second = await run(both.job, { mode: 'both', atEnd: 'flush', ...quiet });
  expect(second.outputs).toEqual(first.outputs);
  expect(second.ledger).toEqual(first.ledger);
  expect(sorted(await both.sinks.pins.rows())).toEqual(sorted(await live.sinks.pins.rows()));
}

test('law 8: the lake, then the topic from the next offset, is the same as the topic', async () => {
  await sameAsTopic(await partlyArchived());
});

/** What a lake does with the last record before the hand-off, at `last`. */
type LastRead = (reader: SourceReader, partition: number, last: number) => ReturnType<SourceReader['read']>;

/** The lake as it is, but for the last record of each partition. */
function readingLast(table: Source<RawPin>, readLast: LastRead): Source<RawPin> {
  return {
    ...table,
    open: async (context) => {
      const reader = await table.open(context);
      const ends = new Map((await reader.partitions()).map(({ partition, end }) => [partition, end]));
      return {
        ...reader,
        read(partition, position, maxRows) {
          const last = ends.get(partition)! - 1;
          if (position === last) return readLast(reader, partition, last);
          return reader.read(partition, position, Math.min(maxRows, last - position));
        },
      };
    },
  };
}

const inFull: LastRead = (reader, partition, last) => reader.read(partition, last, 1);

test('the canary that reads the last record as it is passes', async () => {
  const place = await partlyArchived();
  await sameAsTopic({ ...place, table: readingLast(place.table, inFull) });
});

test('law 8: caught: a lake that drops the last offset before the hand-off', async () => {
  const place = await partlyArchived();
  const drops: LastRead = async (_, partition, last) => ({
    kind: 'records',
    records: recordsOf(partition, [], { offset: last + 1 }),
  });
  const broken = sameAsTopic({ ...place, table: readingLast(place.table, drops) });
  await expect(broken).rejects.toThrow('to deeply equal');
});

test('law 8: caught: a lake that repeats the last offset before the hand-off', async () => {
  const place = await partlyArchived();
  const given = new Set<number>();
  const repeats: LastRead = async (reader, partition, last) => {
    const pull = await inFull(reader, partition, last);
    if (pull.kind !== 'records' || given.has(partition)) return pull;
    given.add(partition);
    return { kind: 'records', records: { ...pull.records, next: last } };
  };
  const broken = sameAsTopic({ ...place, table: readingLast(place.table, repeats) });
  await expect(broken).rejects.toThrow('to deeply equal');
});

test('law 8: what retention has taken is read from the lake, and a topic without the next offset is refused', async () => {
  const place = await partlyArchived();
  const whole = jobOf(place, 'whole');
  const expected = await run(whole.job, { mode: 'live', ...quiet });

  await place.topic.deleteBefore(1, 100);
  const kept = jobOf(place, 'kept');
  expect((await run(kept.job, { mode: 'both', atEnd: 'flush', ...quiet })).outputs).toEqual(expected.outputs);

  // The records behind the archived ones of partition 1 are gone: a gap.
  await place.topic.deleteBefore(1, 140);
  const gap = jobOf(place, 'gap');
  await expect(run(gap.job, { mode: 'both', atEnd: 'flush', ...quiet })).rejects.toMatchObject({
    code: 'MILLRACE_SOURCE_TRUNCATED',
    data: { partition: 1, start: 140 },
  });
  expect(await gap.sinks.minutes.rows()).toEqual([]);
});

test('law 8: a partition that the archive lacks is read from the topic, and refused where that has lost its begin', async () => {
  const place = await partlyArchived(async (grown) => {
    await grown.addPartitions(1);
    await fill(grown, [[], [], [], ...pinRecords(seedOf() + 1, 1, 50)]);
  });
  const whole = await run(jobOf(place, 'whole').job, { mode: 'live', ...quiet });
  const both = await run(jobOf(place, 'both').job, { mode: 'both', atEnd: 'flush', ...quiet });
  expect(both.outputs).toEqual(whole.outputs);

  await place.topic.deleteBefore(3, 20);
  const { job, sinks } = jobOf(place, 'gap');
  await expect(run(job, { mode: 'both', atEnd: 'flush', ...quiet })).rejects.toMatchObject({
    code: 'MILLRACE_SOURCE_TRUNCATED',
    data: { partition: 3, position: 0, start: 20 },
  });
  expect(await sinks.minutes.rows()).toEqual([]);
});

test.each([
  ['twice', 'MILLRACE_TABLE_UNREADABLE'],
  ['nowhere', 'MILLRACE_TABLE_GAP'],
])('law 8: an archive that has records %s is refused', async (where, code) => {
  const place = await partlyArchived();
  const { store } = place;
  const logs: string[] = [];
  for await (const { key } of store.list('pins/_delta_log/')) if (key.endsWith('.json')) logs.push(key);
  const actions = await Promise.all(logs.map(async (key) => new TextDecoder().decode(await store.get(key))));
  const added = actions.flatMap((text) => text.trim().split('\n')).filter((line) => line.startsWith('{"add"'));
  const { add } = JSON.parse(added[0]!) as { add: { path: string } };
  // As another program would do it, by a commit that is right in itself.
  const action =
    where === 'twice'
      ? { add: { ...add, path: `copy-of-${add.path}` } }
      : { remove: { path: add.path, deletionTimestamp: 0, dataChange: true } };
  if (where === 'twice') await store.put(`pins/copy-of-${add.path}`, (await store.get(`pins/${add.path}`))!);
  const next = `pins/_delta_log/${String(logs.length).padStart(20, '0')}.json`;
  expect(await store.create(next, new TextEncoder().encode(`${JSON.stringify(action)}\n`))).toBe(true);
  const { job, sinks } = jobOf(place, 'job');
  await expect(run(job, { mode: 'replay', ...quiet })).rejects.toMatchObject({ code });
  expect(await sinks.pins.rows()).toEqual([]);
});
