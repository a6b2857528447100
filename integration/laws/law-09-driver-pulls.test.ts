import { defineJob, schema, start, timestamp, utf8, type Sink, type Source } from '@millrace/core';
import { rowCount, type SourceReader } from '@millrace/core/connector';
import { testSink, testSource, type TestSink } from '@millrace/core/testing';
import { dedup, eventTime } from '@millrace/operators';
import { expect, test } from 'vitest';
import { until } from '../until.js';

const Pin = schema({ id: utf8, at: timestamp });
type Pin = typeof Pin.fields;

const pins = (partition: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => JSON.stringify({ id: `${partition}-${i}`, at: new Date(i * 100) }));

/** Something that is shut until it is opened. */
function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** The same source, with another way to read. */
function reading(source: Source<Pin>, read: (reader: SourceReader) => SourceReader['read']): Source<Pin> {
  return {
    ...source,
    open: async (context) => {
      const reader = await source.open(context);
      return { ...reader, read: read(reader) };
    },
  };
}

/** Lets everything happen that can happen without the test. */
async function settle(isSo: () => boolean): Promise<void> {
  await until(isSo);
  for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
}

type Room = (writes: number, opened: Promise<void> | undefined) => Promise<void> | undefined;

/** Reads and writes of a run whose sink takes three batches and then waits; what `room` answers is up to the sink. */
async function whileFull(room: Room): Promise<{ readonly reads: number; readonly writes: number }> {
  const { opened, open } = gate();
  let [reads, writes, isOpen] = [0, 0, false];
  void opened.then(() => (isOpen = true));
  const live = reading(testSource('pins', Pin, partitions), (reader) => (...from) => {
    reads++;
    return reader.read(...from);
  });
  const kept: TestSink = testSink('pins');
  const slow: Sink<never> = {
    ...kept,
    open: async (context) => {
      const writer = await kept.open(context);
      const write = (batch: Parameters<typeof writer.write>[0]): void => {
        writes++;
        writer.write(batch);
      };
      return { ...writer, write, room: () => room(writes, isOpen ? undefined : opened) };
    },
  };
  const job = defineJob({ name: 'pins', sources: { live }, graph: (flow) => ({ pins: flow }), sinks: { pins: slow as never } }); // prettier-ignore
  const handle = start(job, { mode: 'live', batchRows: 10, report: false });
  await settle(() => writes >= 3);
  const atRest = { reads, writes };
  open();
  expect((await handle.done).outputs['pins']!.rows).toBe(1000);
  expect(writes).toBe(100);
  return atRest;
}

const partitions = [pins(0, 500), pins(1, 500)];
const pullsNothing = (atRest: Awaited<ReturnType<typeof whileFull>>): void =>
  expect(atRest).toEqual({ reads: 3 + partitions.length, writes: 3 });

test('law 9: while a sink has no room nothing is read, beyond one batch per partition that is ahead', async () => {
  pullsNothing(await whileFull((writes, opened) => (writes >= 3 ? opened : undefined)));
});

// For the driver of a sink that does not ask to wait it is the same as for a sink whose driver does not listen.
test.each<[string, Room]>([
  ['never asks to wait', () => undefined],
  ['asks one batch too late', (writes, opened) => (writes >= 4 ? opened : undefined)],
  ['asks to wait for what is over at once', () => Promise.resolve()],
])('law 9: caught: a sink that %s', async (_, room) => {
  const atRest = await whileFull(room);
  expect(() => pullsNothing(atRest)).toThrow('to deeply equal');
});

/** The most rows that a sink has held, whose room only a checkpoint makes; what it answers then is `full`. */
async function mostHeld(full: 'stage' | undefined): Promise<number> {
  let [held, most] = [0, 0];
  const kept = testSink('pins');
  const keeping: Sink<never> = {
    ...kept,
    open: async (context) => {
      const writer = await kept.open(context);
      return {
        ...writer,
        write(batch) {
          held += rowCount(batch);
          most = Math.max(most, held);
          writer.write(batch);
        },
        room: () => (held >= 100 ? full : undefined),
        seal(checkpoint) {
          held = 0;
          writer.seal(checkpoint);
        },
      };
    },
  };
  const live = testSource('pins', Pin, partitions);
  const job = defineJob({ name: 'pins', sources: { live }, graph: (flow) => ({ pins: flow }), sinks: { pins: keeping as never } }); // prettier-ignore
  await start(job, { mode: 'live', batchRows: 10, checkpointEvery: '1h', report: false }).done;
  expect(kept.rows.length).toBe(1000);
  return most;
}

const isBounded = (most: number): void => expect(most).toBe(100);

test('law 9: a sink whose room only a checkpoint makes gets one when it is full, however long until the next', async () => {
  isBounded(await mostHeld('stage'));
});

// For the driver of a sink that never says so it is the same as for a sink whose driver does not listen.
test('law 9: caught: a sink that never says that only a checkpoint makes room', async () => {
  const most = await mostHeld(undefined);
  expect(() => isBounded(most)).toThrow('expected 1000 to be 100');
});

test('law 9: rows that wait for a slow partition are bounded by maxHeld', async () => {
  const { opened, open } = gate();
  const live = reading(testSource('pins', Pin, [pins(0, 5000), pins(1, 5000)]), (reader) => async (...from) => {
    if (from[0] === 0) await opened;
    return reader.read(...from);
  });
  const kept = testSink('pins');
  const job = defineJob({
    name: 'pins',
    sources: { live },
    graph: (flow) => ({ pins: flow.pipe(eventTime('at', { maxOutOfOrderness: '1s' }), dedup({ by: 'id', within: '1h' })) }), // prettier-ignore
    sinks: { pins: kept as never },
  });
  const [maxHeld, batchRows] = [100, 8];
  const handle = start(job, { mode: 'live', maxHeld, batchRows, report: false });
  const pending = (): number => handle.metrics().operators['pins/dedup(id)']?.records.pending ?? 0;
  await settle(() => pending() >= maxHeld);
  expect(pending()).toBeLessThan(maxHeld + batchRows);
  open();
  const { outputs } = await handle.done;
  expect(outputs['pins']!.rows).toBe(10_000);
});
