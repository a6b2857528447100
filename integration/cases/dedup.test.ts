import { defineJob, memoryStore, nullable, run, schema, start, timestamp, utf8, type JobHandle } from '@millrace/core';
import { memory, type Memory } from '@millrace/connectors/memory';
import { faultPoints, type FaultPoint } from '@millrace/core/testing';
import { dedup, eventTime } from '@millrace/operators';
import { expect, test } from 'vitest';
import { until } from '../until.js';

// Case 13: dedup over the border of batches, a restart, expiry and crashes, as a whole job on a topic. What a sink shows
// stands under the offset of its record, so that nothing can hide in a set.

const Event = schema({ id: nullable(utf8), at: timestamp, offset: utf8 });
const state = 'events/dedup(id)';

/** o0 to o5 of the case: id, and minutes after ten. */
const o = (
  [
    ['A', 0],
    ['B', 1],
    ['A', 2],
    ['C', 3],
    ['D', 19],
    ['A', 20],
  ] as const
).map(([id, minute], offset) => record(id, minute, offset));
const answer = ['o0 A@10:00', 'o1 B@10:01', 'o3 C@10:03', 'o4 D@10:19', 'o5 A@10:20'];

function record(id: string | null, minute: number, offset: number) {
  return { id, at: new Date(Date.UTC(2026, 8, 13, 10, minute)), offset: `o${offset}` };
}

/** The job of the case, on a place and with checkpoints that outlive it. */
function place() {
  const store: Memory = memory();
  const checkpoints = memoryStore();
  const topic = store.topic('events', Event);
  const events = store.list('events');
  const job = defineJob({
    name: 'case-13',
    sources: { live: topic },
    graph: (flow) => ({
      events: flow.pipe(eventTime('at', { maxOutOfOrderness: '0s' }), dedup({ by: 'id', within: '10m' })),
    }),
    sinks: { events },
    checkpoints,
  });
  const shown = async (): Promise<string[]> =>
    (await events.rows()).map(({ id, at, offset }) => {
      return `${offset as string} ${(id as string | null) ?? 'null'}@${(at as Date).toISOString().slice(11, 16)}`;
    });
  /** Positions and rows of state in the last checkpoint. */
  const lastCheckpoint = async () => {
    const keys: string[] = [];
    for await (const { key } of checkpoints.list('case-13/live/0000/manifest/')) keys.push(key);
    const text = new TextDecoder().decode(await checkpoints.get(keys.sort().at(-1)!));
    const { sources, state: states } = JSON.parse(text.split('\n', 1)[0]!) as Stored;
    const rows = (states[state]?.files ?? []).reduce((sum, file) => sum + file.rows, 0);
    return { positions: sources['events']!.positions, rows };
  };
  return { topic, job, shown, lastCheckpoint };
}

interface Stored {
  readonly sources: { readonly [input: string]: { readonly positions: object } };
  readonly state: { readonly [operator: string]: { readonly files: readonly { readonly rows: number }[] } };
}

const options = { mode: 'live', report: false, checkpointEvery: '1ms' } as const;

/** Starts the job; from `crash.armed` on it dies at the first fault that is wanted, before anything behind it is done. */
function crashing(job: ReturnType<typeof place>['job'], point: FaultPoint) {
  const crash = { armed: false, happened: false };
  const handle = start(job, {
    ...options,
    [Symbol.for('millrace.faults')]: (at: FaultPoint) => {
      if (!crash.armed || at !== point) return;
      crash.happened = true;
      throw new Error(`crash at ${at}`);
    },
  });
  return { crash, handle };
}

const positionOf = (handle: JobHandle): number => handle.metrics().sources['events']?.partitions[0]?.position ?? 0;

test('case 13: o2 and o3, read again after a crash behind the checkpoint at position 2, count once', async () => {
  const { topic, job, shown, lastCheckpoint } = place();
  await topic.send(o.slice(0, 2));
  const { crash, handle } = crashing(job, 'batch pushed');
  await until(() => positionOf(handle) === 2);
  await until(async () => (await lastCheckpoint()).rows > 0);
  crash.armed = true;
  await topic.send(o.slice(2, 4));
  await expect(handle.done).rejects.toThrow('crash at batch pushed');
  expect(crash.happened).toBe(true);
  expect(await lastCheckpoint()).toEqual({ positions: { 0: 2 }, rows: 2 });
  // At 10:01 the record of that time waits: nothing earlier may come any more only behind it.
  expect(await shown()).toEqual(['o0 A@10:00']);

  await topic.send(o.slice(4));
  const again = start(job, options);
  await until(() => positionOf(again) === 6);
  await again.stop();
  // D and A are remembered; what is older than ten minutes is forgotten.
  expect(await lastCheckpoint()).toEqual({ positions: { 0: 6 }, rows: 2 });

  await topic.end();
  const { ledger, outputs } = await run(job, options);
  expect(await shown()).toEqual(answer);
  expect(outputs['events']?.rows).toBe(5);
  expect(ledger[state]).toMatchObject({ in: 6, taken: 5, duplicate: 1, pending: 0 });
  expect(ledger['source(events)']).toMatchObject({ in: 6, taken: 6 });
});

test.each(faultPoints.filter((point) => point !== 'time log applied'))(
  'case 13 (b): a record that is marked as seen when the process dies at "%s" is shown once, not never',
  async (point) => {
    const { topic, job, shown } = place();
    await topic.send(o.slice(0, 2));
    const { crash, handle } = crashing(job, point);
    // Also what is behind the publication is over: the death is that of the next checkpoint.
    await until(() => positionOf(handle) === 2 && handle.metrics().checkpoints.last > 0);
    expect(await shown()).toEqual(['o0 A@10:00']);
    crash.armed = true;
    await topic.send([record('E', 5, 2), record('E', 6, 3), record('F', 7, 4)]);
    await expect(handle.done).rejects.toThrow(`crash at ${point}`);
    expect(crash.happened).toBe(true);
    const visible = (await shown()).filter((row) => row.includes('E@'));
    expect(visible).toEqual(point === 'output published' ? ['o2 E@10:05'] : []);

    await topic.end();
    const { ledger } = await run(job, options);
    expect(await shown()).toEqual(['o0 A@10:00', 'o1 B@10:01', 'o2 E@10:05', 'o4 F@10:07']);
    expect(ledger[state]).toMatchObject({ in: 5, taken: 4, duplicate: 1, pending: 0 });
  },
);

test('case 13 (c): two records without an id both pass, also with a restart in between', async () => {
  const { topic, job, shown } = place();
  await topic.send([record(null, 0, 0)]);
  const handle = start(job, options);
  await until(() => positionOf(handle) === 1);
  await handle.stop();
  await topic.send([record(null, 0, 1), record('A', 1, 2), record(null, 1, 3)]);
  await topic.end();
  const { ledger } = await run(job, options);
  expect((await shown()).sort()).toEqual(['o0 null@10:00', 'o1 null@10:00', 'o2 A@10:01', 'o3 null@10:01']);
  expect(ledger[state]).toMatchObject({ in: 4, taken: 4, duplicate: 0, pending: 0 });
});
