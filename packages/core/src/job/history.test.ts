import { expect, test } from 'vitest';
import { memoryStore } from '../checkpoint/memory-store.js';
import type { ObjectStore } from '../connector/object-store.js';
import type { Pull, Source, SourceReader } from '../connector/source.js';
import { isMillraceError } from '../error/millrace-error.js';
import { operate } from '../flow/operate.js';
import type { Flow } from '../flow/flow.js';
import { int32, utf8 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import type { StateTables } from '../state/table.js';
import { testSink, type TestSink } from '../testing/test-sink.js';
import { testSource } from '../testing/test-source.js';
import { virtualClock } from '../testing/virtual-clock.js';
import { defineJob } from './define-job.js';
import type { Job, RunOptions } from './job.js';
import { run, start } from './run.js';

const Pin = schema({ id: utf8, n: int32 });
type PinFields = typeof Pin.fields;
const records = Array.from({ length: 100 }, (_, i) => JSON.stringify({ id: `p${i}`, n: i }));

interface Setup {
  readonly store?: ObjectStore;
  readonly sink?: TestSink;
  readonly source?: Source<PinFields>;
  readonly graph?: (pins: Flow<PinFields>) => { pins: Flow<PinFields> };
}

function jobOf({
  store = memoryStore(),
  sink = testSink('pins'),
  source,
  graph = (pins) => ({ pins }),
}: Setup = {}): Job<never> {
  const live = source ?? testSource('pins', Pin, [records.slice(0, 50), records.slice(50)]);
  return defineJob({
    name: 'job',
    sources: { live, replay: live },
    graph,
    sinks: { pins: sink as never },
    checkpoints: store,
  }) as unknown as Job<never>;
}

function options(more: Partial<RunOptions> = {}): RunOptions<never> {
  return {
    mode: 'live',
    report: false,
    clock: virtualClock(1),
    batchRows: 5,
    checkpointEvery: '50ms',
    ...more,
  } as never;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => 'nothing',
    (reason: unknown) => reason,
  );
  return isMillraceError(error) ? error.code : String(error);
}

/** A source that another test keeps open: it gives `upTo` records of each partition, then waits. */
function pausedSource(upTo: () => number): Source<PinFields> {
  const whole = testSource('pins', Pin, [records]);
  return {
    ...whole,
    open: async (context) => {
      const reader = await whole.open(context);
      const read: SourceReader['read'] = (partition, position, maxRows): Promise<Pull> =>
        position >= upTo() && upTo() < records.length
          ? Promise.resolve({ kind: 'caughtUp' })
          : reader.read(partition, position, Math.min(maxRows, Math.max(upTo() - position, 1)));
      const arrival: SourceReader['arrival'] = (_, position, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve());
          const look = (): void => {
            if (signal.aborted) return;
            if (upTo() > position) resolve();
            else setImmediate(look);
          };
          look();
        });
      return { ...reader, read, arrival };
    },
  };
}

test('law 10: a stopped run goes on from its checkpoint, and every row is there once', async () => {
  const store = memoryStore();
  const sink = testSink('pins');
  let upTo = 40;
  const job = jobOf({ store, sink, source: pausedSource(() => upTo) });
  const handle = start(job, options());
  while (sink.rows.length < 40) await new Promise((resolve) => setImmediate(resolve));
  const stopped = await handle.stop();
  expect(stopped.ended).toBe('stopped');
  expect(stopped.outputs['pins']?.rows).toBe(40);
  upTo = 100;
  const ended = await run(job, options());
  expect(ended.ended).toBe('end');
  expect(ended.outputs['pins']?.rows).toBe(100);
  expect(sink.rows.map(({ n }) => n)).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test('law 7, case 40b: stop may be called twice and before the start; an aborted signal stops', async () => {
  const job = jobOf({ source: pausedSource(() => 10) });
  const handle = start(job, options());
  const results = await Promise.all([handle.stop(), handle.stop()]);
  expect(results[0]).toBe(results[1]);
  const controller = new AbortController();
  const other = start(jobOf({ source: pausedSource(() => 10) }), options({ signal: controller.signal }));
  controller.abort();
  expect((await other.done).ended).toBe('stopped');
});

test('law 4: who is taken over stops at its next commit, and nothing is doubled', async () => {
  const store = memoryStore();
  const sink = testSink('pins');
  let upTo = 20;
  const source = pausedSource(() => upTo);
  const first = start(jobOf({ store, sink, source }), options());
  while (sink.rows.length < 20) await new Promise((resolve) => setImmediate(resolve));
  const second = start(jobOf({ store, sink, source }), options());
  while (second.metrics().state !== 'running') await new Promise((resolve) => setImmediate(resolve));
  upTo = 100;
  expect(await codeOf(first.done)).toBe('MILLRACE_OWNERSHIP_LOST');
  expect((await second.done).outputs['pins']?.rows).toBe(100);
  expect(new Set(sink.rows.map(({ id }) => id)).size).toBe(100);
  expect(sink.rows).toHaveLength(100);
});

test('a complete history is refused, and a new one is a new answer', async () => {
  const store = memoryStore();
  const job = jobOf({ store });
  await run(job, options());
  expect(await codeOf(run(job, options()))).toBe('MILLRACE_LINEAGE_COMPLETE');
  const again = await run(jobOf({ store, sink: testSink('other') }), options({ lineage: 'new' }));
  expect(again.outputs['pins']?.rows).toBe(100);
});

test("atEnd: 'hold' leaves the history open", async () => {
  const store = memoryStore();
  const job = jobOf({ store });
  await run(job, options({ atEnd: 'hold' }));
  const result = await run(job, options());
  expect(result.outputs['pins']?.rows).toBe(100);
});

test('law 7: another source, a shorter source and a sink that is ahead are refused before the first record', async () => {
  const store = memoryStore();
  await run(jobOf({ store }), options({ atEnd: 'hold' }));
  const other = { ...testSource('geos', Pin, [records.slice(0, 50), records.slice(50)]), name: 'pins' };
  expect(await codeOf(run(jobOf({ store, source: other }), options()))).toBe('MILLRACE_SOURCE_CHANGED');
  const shorter = testSource('pins', Pin, [records.slice(0, 10), records.slice(50)]);
  expect(await codeOf(run(jobOf({ store, source: shorter }), options()))).toBe('MILLRACE_SOURCE_BEYOND_END');
  const ahead = testSink('pins');
  await run(jobOf({ sink: ahead }), options());
  const fresh = jobOf({ sink: ahead });
  expect(await codeOf(run(fresh, options()))).toBe('MILLRACE_SINK_AHEAD');
});

test('law 10: a graph whose state has another meaning than the checkpoint is refused with both', async () => {
  const counting = (format: string) => (pins: Flow<PinFields>) => ({
    pins: operate<PinFields, 'append'>(pins, {
      operator: 'counting',
      schema: pins.schema,
      state: { name: 'counted', format },
      create: (context) => ({
        batch(batch) {
          context.ledger.taken += batch.length;
          context.emit(batch);
        },
        snapshot: () => ({}),
      }),
    }),
  });
  const setup = { store: memoryStore(), sink: testSink('pins') };
  await run(jobOf({ ...setup, graph: counting('by one') }), options({ atEnd: 'hold' }));
  await expect(run(jobOf({ ...setup, graph: counting('by two') }), options())).rejects.toThrow('by one');
  await run(jobOf({ ...setup, graph: counting('by one') }), options());
});

test('law 10: state that no operator takes up is refused by name where it holds rows, and dropped when asked', async () => {
  const held: StateTables = {
    held: {
      fields: { group: int32 },
      length: 2,
      columns: { group: { layout: 'int32', values: Int32Array.of(0, 0), validity: undefined } },
    },
  };
  const holding = (name: string, tables: StateTables) => (pins: Flow<PinFields>) => ({
    pins: operate<PinFields, 'append'>(pins, {
      operator: 'holding',
      schema: pins.schema,
      state: { name, format: 'rows' },
      create: (context) => ({
        batch(batch) {
          context.ledger.taken += batch.length;
          context.emit(batch);
        },
        snapshot: () => tables,
        restore() {},
      }),
    }),
  });
  const setup = { store: memoryStore(), sink: testSink('pins') };
  const hold = options({ atEnd: 'hold' });
  await run(jobOf({ ...setup, graph: holding('old', held) }), hold);
  const renamed = jobOf({ ...setup, graph: holding('new', held) });
  await expect(run(renamed, hold)).rejects.toMatchObject({
    code: 'MILLRACE_PLAN_INCOMPATIBLE',
    data: { changes: ['old is gone, with 2 rows of state', 'new is new'], lost: ['old'] },
  });
  expect((await run(renamed, options({ atEnd: 'hold', dropState: ['old'] }))).outputs['pins']?.rows).toBe(100);
  // Nothing waits in state without rows.
  const empty = { store: memoryStore(), sink: testSink('pins') };
  await run(jobOf({ ...empty, graph: holding('old', {}) }), hold);
  await run(jobOf({ ...empty, graph: holding('new', {}) }), hold);
});

test('a sink that has lost what it had shown is refused', async () => {
  const store = memoryStore();
  let upTo = 0;
  const source = pausedSource(() => upTo);
  const sink = testSink('pins');
  const first = start(jobOf({ store, sink, source }), options());
  for (upTo of [20, 40, 60]) while (sink.rows.length < upTo) await new Promise((resolve) => setImmediate(resolve));
  await first.stop();
  upTo = 100;
  const problem = expect.stringMatching(/^it shows nothing of this history, and had shown checkpoint \d+/) as string;
  await expect(run(jobOf({ store, source }), options())).rejects.toMatchObject({
    code: 'MILLRACE_SINK_UNFIT',
    data: { problem },
  });
  expect((await run(jobOf({ store, sink, source }), options())).outputs['pins']?.rows).toBe(100);
});

test('law 3: the first error of an operator fails the run, and what was not committed is not visible', async () => {
  const sink = testSink('pins');
  const job = jobOf({
    sink,
    graph: (pins) => ({
      pins: operate<PinFields, 'append'>(pins, {
        operator: 'breaking',
        schema: pins.schema,
        create: () => ({
          batch() {
            throw new Error('broken on purpose');
          },
        }),
      }),
    }),
  });
  await expect(run(job, options())).rejects.toThrow('broken on purpose');
  expect(sink.rows).toEqual([]);
});

test("what a replay has swapped in is its own: 'both' goes on with its history, again and again", async () => {
  const store = memoryStore();
  const sink = testSink('pins');
  const job = jobOf({ store, sink });
  await run(job, options());
  const replayed = testSink('pins');
  const again = jobOf({ store, sink: replayed });
  await run(again, options({ mode: 'replay', publish: 'replace', atEnd: 'hold' }));
  for (let i = 0; i < 2; i++) {
    const result = await run(again, options({ mode: 'both' }));
    expect(result.outputs['pins']?.rows).toBe(100);
    expect(replayed.rows).toHaveLength(100);
  }
});
