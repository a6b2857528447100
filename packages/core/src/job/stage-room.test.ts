import process from 'node:process';
import { expect, test } from 'vitest';
import { rowCount } from '../batch/batch.js';
import { memoryStore } from '../checkpoint/memory-store.js';
import type { Sink } from '../connector/sink.js';
import { int32 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { testSink, type TestSink } from '../testing/test-sink.js';
import { testSource } from '../testing/test-source.js';
import { defineJob } from './define-job.js';
import { start } from './run.js';

const Event = schema({ n: int32 });
const events = (count: number): string[] => Array.from({ length: count }, (_, n) => `{"n":${n}}`);

/** A sink that keeps ten rows until they are staged, and what was seen of it. */
function keeping(until: Promise<void> = Promise.resolve()) {
  const seen = { held: 0, most: 0, asked: 0, seals: 0, staging: 0 };
  const kept = testSink('events');
  const sink: TestSink = {
    ...kept,
    open: async (context) => {
      const writer = await kept.open(context);
      return {
        ...writer,
        write(batch) {
          seen.held += rowCount(batch);
          seen.most = Math.max(seen.most, seen.held);
          writer.write(batch);
        },
        room() {
          seen.asked++;
          return seen.held >= 10 ? 'stage' : undefined;
        },
        seal(checkpoint) {
          seen.held = 0;
          seen.seals++;
          writer.seal(checkpoint);
        },
        async stage(checkpoint) {
          seen.staging++;
          await until;
          return writer.stage(checkpoint);
        },
      };
    },
  };
  return { sink, seen, rows: () => kept.rows.map(({ n }) => n as number) };
}

function started(sink: Sink<never>, records: number) {
  const job = defineJob({
    name: 'events',
    sources: { live: testSource('events', Event, [events(records)]) },
    graph: (flow) => ({ events: flow }),
    checkpoints: memoryStore(),
    sinks: { events: sink as never },
  });
  return start(job, { mode: 'live', batchRows: 4, checkpointEvery: '1h', report: false });
}

/** Lets everything happen that can happen without the test. */
async function settle(until: () => boolean): Promise<void> {
  while (!until()) await new Promise(setImmediate);
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
}

test('a full sink gets a checkpoint at once, and goes on to be written to behind its cut', async () => {
  const { sink, seen, rows } = keeping();
  await started(sink, 100).done;
  expect(rows()).toEqual(Array.from({ length: 100 }, (_, n) => n));
  expect(seen.most).toBe(12);
  // One per 12 rows; the last of the run takes what is left.
  expect(seen.seals).toBeGreaterThanOrEqual(9);
});

test('one that is full again before its stage is published is left alone until then, and nobody turns in circles', async () => {
  let open!: () => void;
  const { sink, seen, rows } = keeping(new Promise((resolve) => (open = resolve)));
  const handle = started(sink, 100);
  await settle(() => seen.staging === 1 && seen.held === 12);
  const { asked } = seen;
  for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
  expect([seen.seals, seen.most, seen.asked - asked]).toEqual([1, 12, 0]);
  open();
  await handle.done;
  expect(rows()).toHaveLength(100);
  expect(seen.most).toBe(12);
});

test('a job that waits for a stage hears that it is to stop, and publishes what was written', async () => {
  let open!: () => void;
  const { sink, seen, rows } = keeping(new Promise((resolve) => (open = resolve)));
  const handle = started(sink, 100);
  await settle(() => seen.staging === 1 && seen.held === 12);
  const stopped = handle.stop({ deadline: '1m' });
  open();
  expect((await stopped).ended).toBe('stopped');
  expect(rows()).toEqual(Array.from({ length: 24 }, (_, n) => n));
});

test('a sink that asks for a checkpoint with nothing written since the last one is told so, and gets no other', async () => {
  const kept = testSink('events');
  let seals = 0;
  const sink: Sink<never> = {
    ...kept,
    open: async (context) => {
      const writer = await kept.open(context);
      return {
        ...writer,
        room: () => 'stage',
        seal(checkpoint) {
          seals++;
          writer.seal(checkpoint);
        },
      };
    },
  };
  await expect(started(sink, 100).done).rejects.toThrow(
    'the sink of output "events" asks for a checkpoint to have room',
  );
  expect(seals).toBe(0);
});

test('what a sink fails with while another one asks for a checkpoint ends no process: it is told by who waits for it', async () => {
  const { sink, seen, rows } = keeping();
  const other = testSink('other');
  let seals = 0;
  const failing: TestSink = {
    ...other,
    open: async (context) => ({
      ...(await other.open(context)),
      // Right behind a cut it is only looked at.
      room: () =>
        seals === seen.seals ? undefined : (seals++, Promise.reject(new Error('nobody waits for this one'))),
    }),
  };
  const job = defineJob({
    name: 'events',
    sources: { live: testSource('events', Event, [events(12)]) },
    graph: (flow) => ({ other: flow, events: flow }),
    checkpoints: memoryStore(),
    sinks: { other: failing as never, events: sink as never },
  });
  const unhandled: unknown[] = [];
  const note = (error: unknown): unknown => unhandled.push(error);
  process.on('unhandledRejection', note);
  const handle = start(job, { mode: 'live', batchRows: 4, checkpointEvery: '1h', report: false });
  await handle.done;
  await new Promise((resolve) => setTimeout(resolve, 0));
  process.off('unhandledRejection', note);
  expect(seals).toBeGreaterThan(0);
  expect(unhandled).toEqual([]);
  expect(rows()).toHaveLength(12);
});
