import {
  defineJob,
  memoryStore,
  run,
  schema,
  start,
  timestamp,
  utf8,
  type Flow,
  type RunOptions,
  type Source,
} from '@millrace/core';

import {
  testSink,
  testSource,
  virtualClock,
  randomOf,
  type TestRecord,
  type VirtualClock,
} from '@millrace/core/testing';
import { memory } from '@millrace/connectors/memory';
import { agg, aggregate, eventTime, tumbling } from '@millrace/operators';
import { expect, test } from 'vitest';
import { until } from '../until.js';

// Times are written in seconds, as in the cases.
const Event = schema({ k: utf8, t: timestamp });
type Event = typeof Event.fields;
const at = (s: number, k = 'k'): TestRecord => JSON.stringify({ k, t: Math.round(s * 1000) });

function windows(bound: string) {
  return (events: Flow<Event>) => ({
    minutes: events.pipe(
      eventTime('t', { maxOutOfOrderness: bound }),
      aggregate({ window: tumbling('60s'), by: 'k', compute: { n: agg.count() } }),
    ),
  });
}

interface Ran {
  readonly rows: readonly string[];
  readonly late: number;
  readonly ledger: {
    readonly [operator: string]: { readonly in: number; readonly late: number; readonly taken: number };
  };
}

async function runWindows(
  bound: string,
  source: Source<Event>,
  clock: VirtualClock,
  more: Partial<RunOptions> = {},
): Promise<Ran> {
  const minutes = testSink('minutes');
  const late = testSink('late');
  const job = defineJob({
    name: 'case',
    sources: { live: source },
    graph: windows(bound),
    sinks: { minutes: minutes as never, late: late as never },
  });
  const result = await run(job, { mode: 'live', clock, report: false, ...more } as never);
  return { rows: minutes.rows.map(rowText), late: late.rows.length, ledger: result.ledger };
}

function rowText(row: { readonly [field: string]: unknown }): string {
  return `[${(row['windowStart'] as Date).getTime() / 1000},${(row['windowEnd'] as Date).getTime() / 1000}) = ${String(row['n'])}`;
}

test('case 6a: an idle partition lets go by an entry of the time log, and what it brings later is late', async () => {
  const clock = virtualClock(1);
  const source = testSource(
    'events',
    Event,
    [
      [at(5), { pauseMs: 6000 }, at(65), { pauseMs: 6000 }, at(70)],
      [{ pauseMs: 11_000 }, at(30), at(66)],
    ],
    { clock },
  );
  const { rows, late, ledger } = await runWindows('5s', source, clock, {
    idleTimeout: '10s',
    checkpointEvery: '200ms',
  });
  expect(rows).toEqual(['[0,60) = 1', '[60,120) = 3']);
  expect(late).toBe(1);
  expect(ledger['minutes/eventTime(t)']).toMatchObject({ in: 5, taken: 4, late: 1 });
});

test('case 6b: a broker that does not answer is not idleness', async () => {
  const clock = virtualClock(1);
  const whole = testSource('events', Event, [[at(5), at(65), at(70)], [at(30)]], { clock });
  const slow: Source<Event> = {
    ...whole,
    open: async (context) => {
      const reader = await whole.open(context);
      return {
        ...reader,
        read: async (partition, position, maxRows) => {
          if (partition === 1 && position === 0) await clock.sleep(60_000, new AbortController().signal);
          return reader.read(partition, position, maxRows);
        },
      };
    },
  };
  const { rows, late } = await runWindows('5s', slow, clock, { idleTimeout: '10s', checkpointEvery: '200ms' });
  expect(rows).toEqual(['[0,60) = 2', '[60,120) = 2']);
  expect(late).toBe(0);
});

test('case 6c: where all partitions are idle nothing is closed', async () => {
  const clock = virtualClock(1);
  const source = testSource(
    'events',
    Event,
    [
      [at(5), at(65), { pauseMs: 60_000 }, at(66)],
      // It goes quiet last and comes back first: p0 alone is idle before and after, and p1 would not raise it.
      [{ pauseMs: 1000 }, at(7), { pauseMs: 30_000 }, at(50)],
    ],
    { clock },
  );
  const { rows, late } = await runWindows('5s', source, clock, { idleTimeout: '10s', checkpointEvery: '200ms' });
  expect(rows).toEqual(['[0,60) = 3', '[60,120) = 2']);
  expect(late).toBe(0);
});

test.each([1, 3])(
  'case 6c: where there is no partition yet nothing is closed and nothing is late (tasks: %i)',
  async (tasks) => {
    const clock = virtualClock(1);
    const whole = testSource('events', Event, [[at(5), at(65), at(66)]], { clock });
    let isThere = false;
    const growing: Source<Event> = {
      ...whole,
      bounded: false,
      open: async (context) => {
        const reader = await whole.open(context);
        return { ...reader, partitions: async () => (isThere ? reader.partitions() : []) };
      },
    };
    const minutes = testSink('minutes');
    const late = testSink('late');
    const job = defineJob({
      name: 'case',
      sources: { live: growing },
      graph: windows('5s'),
      sinks: { minutes: minutes as never, late: late as never },
    });
    const options = {
      mode: 'live',
      clock,
      report: false,
      idleTimeout: '10s',
      checkpointEvery: '200ms',
      tasks,
    } as const;
    const handle = start(job, options);
    await until(() => handle.metrics().state !== 'starting' && clock.now() >= 60_000);
    expect(handle.metrics()).toMatchObject({ state: 'running', outputs: { minutes: { watermark: null } } });
    expect(minutes.rows).toEqual([]);
    isThere = true;
    const { ledger } = await handle.done;
    expect(minutes.rows.map(rowText)).toEqual(['[0,60) = 1', '[60,120) = 2']);
    expect(late.rows).toEqual([]);
    expect(ledger['source(events)']).toMatchObject({ in: 3, taken: 3 });
  },
);

test('case 6c: a bounded source without a partition ends with no row', async () => {
  const clock = virtualClock(1);
  const { rows, late, ledger } = await runWindows('5s', testSource('events', Event, [], { clock }), clock);
  expect(rows).toEqual([]);
  expect(late).toBe(0);
  expect(ledger['source(events)']).toMatchObject({ in: 0, taken: 0 });
});

test('case 7: a bounded run closes the last window and ends by itself', async () => {
  const clock = virtualClock(1);
  const source = testSource('events', Event, [[at(1), at(2), at(61)]], { clock });
  const { rows } = await runWindows('0s', source, clock);
  expect(rows).toEqual(['[0,60) = 2', '[60,120) = 1']);
});

test('case 7: a stop emits no part of an open window, which comes out once after the restart', async () => {
  const topic = memory().topic('events', Event);
  const minutes = testSink('minutes');
  const job = defineJob({
    name: 'case',
    sources: { live: topic },
    graph: windows('0s'),
    sinks: { minutes: minutes as never },
    checkpoints: memoryStore(),
  });
  const seconds = (...at: number[]) => topic.send(at.map((s) => ({ k: 'k', t: new Date(s * 1000) })));
  await seconds(1, 2, 61);
  const first = start(job, { mode: 'live', report: false, checkpointEvery: '1ms' });
  await until(() => minutes.rows.length > 0);
  await first.stop();
  expect(minutes.rows.map(rowText)).toEqual(['[0,60) = 2']);
  await seconds(62, 125);
  await topic.end();
  await run(job, { mode: 'live', report: false });
  expect(minutes.rows.map(rowText)).toEqual(['[0,60) = 2', '[60,120) = 2', '[120,180) = 1']);
});

test.each([1, 2, 3])(
  'case 12a: one partition ahead of the other changes nothing and is held back (seed %i)',
  async (seed) => {
    const clock = virtualClock(1);
    const p0 = Array.from({ length: 120 }, (_, s) => at(s));
    const p1 = Array.from({ length: 60 }, (_, s) => at(s));
    for (const partitions of [
      [p0, p1],
      [p1, p0],
    ]) {
      const source = testSource('events', Event, partitions, { clock, random: randomOf(seed) });
      const { rows, late } = await runWindows('0s', source, clock, { maxHeld: 50, batchRows: 7 });
      expect(rows).toEqual(['[0,60) = 120', '[60,120) = 60']);
      expect(late).toBe(0);
    }
  },
);

test('case 12b: five deliveries of a hundred records are one row', async () => {
  const clock = virtualClock(1);
  const records = Array.from({ length: 5 }, (_, part) => [
    ...Array.from({ length: 100 }, (_, i) => at((part * 100 + i) / 10)),
    { pauseMs: 1000 },
  ]).flat();
  const source = testSource('events', Event, [[...records, at(120)]], { clock });
  const { rows } = await runWindows('0s', source, clock, { checkpointEvery: '100ms' });
  expect(rows).toEqual(['[0,60) = 500', '[120,180) = 1']);
});
