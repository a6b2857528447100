import { defineJob, int32, int64, nullable, run, schema, start, timestamp, utf8, type Fields, type Flow, type LookupView } from '@millrace/core'; // prettier-ignore
import { runFlow, testSink, testSource, verify } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { agg } from '../aggregate/agg.js';
import { aggregate } from '../aggregate/aggregate.js';
import { dedup } from '../dedup/dedup.js';
import { eventTime } from '../event-time/event-time.js';
import { tumbling } from '../window/tumbling.js';
import { lookupJoin } from './lookup-join.js';

const Pin = schema({ id: utf8, user: nullable(int32), at: timestamp });
const User = schema({ name: utf8, age: nullable(int32) });

type Row = { readonly [field: string]: unknown };

/** Users 0 to 9; those that are asked for are answered late, the later ones often sooner. */
function usersView(asked: Row[][] = [], delay: (call: number) => Promise<unknown> = shuffled()): LookupView<'ind'> {
  const rows = new Map(
    Array.from({ length: 10 }, (_, ind) => [ind, { ind, name: `u${ind}`, age: ind === 3 ? null : ind }]),
  );
  return {
    name: 'users',
    label: 'view "users"',
    key: ['ind'],
    fields: async () => ({ ind: int32, ...User.fields }),
    async getMany(keys) {
      asked.push([...keys]);
      await delay(asked.length);
      return keys.map(({ ind }) => rows.get(ind as number));
    },
  };
}

function shuffled(): (call: number) => Promise<unknown> {
  return (call) => new Promise((resolve) => setTimeout(resolve, (call * 7) % 4));
}

const line = (id: string, user: number | null, at: number): string =>
  JSON.stringify({ id, user, at: new Date(at).toISOString() });
const records = [0, 1, 2].map((p) =>
  Array.from({ length: 60 }, (_, i) => line(`${p}-${i % 50}`, i % 13 === 12 ? null : (i * 5 + p) % 14, i * 1000)),
);
const on = { ind: 'user' } as const;

test('law 2: rows and watermarks keep their places, through crashes at every point, whatever is answered first', async () => {
  const report = await verify({
    inputs: Pin,
    graph: (pins) => {
      const timed = pins.pipe(eventTime('at', { maxOutOfOrderness: '5s' }));
      const named = timed.pipe(lookupJoin(usersView(), { on, take: User }));
      const once = timed.pipe(
        dedup({ by: 'id', within: '1h' }),
        lookupJoin(usersView(), { on, take: User, kind: 'inner' }),
      );
      return {
        named,
        once,
        perName: once.pipe(aggregate({ window: tumbling('10s'), by: 'name', compute: { pins: agg.count() } })),
      };
    },
    records,
    histories: 10,
  });
  expect(report.result.outputs['named']?.rows).toBe(180);
  const inner = report.result.ledger['once/lookupJoin(users)'];
  expect(inner).toMatchObject({ pending: 0 });
  expect(inner!.filtered).toBeGreaterThan(0);
  expect(report.result.outputs['once']?.rows).toBe(inner!.taken);
});

type Pins = Flow<typeof Pin.fields>;

/** A job of one output over one partition, and the rows that it has shown. */
function jobOver(lines: readonly string[], graph: (pins: Pins) => Flow<Fields>) {
  const out = testSink('out');
  const job = defineJob({
    name: 'named',
    sources: { live: testSource('pins', Pin, [lines]) },
    graph: (pins) => ({ out: graph(pins) }),
    sinks: { out: out as never },
  });
  return { job, rows: out.rows };
}

const quiet = { mode: 'live', report: false } as const;
const looked = (view: LookupView<'ind'>, more: object = {}) => (pins: Pins) => pins.pipe(lookupJoin(view, { on, take: User, ...more })) as Flow<Fields>; // prettier-ignore

test('keys of a batch are asked for once each, and none with a null; without a match there are nulls', async () => {
  const asked: Row[][] = [];
  const lines = [line('a', 3, 0), line('b', 3, 1), line('c', null, 2), line('d', 99, 3)];
  const { job, rows } = jobOver(lines, looked(usersView(asked)));
  const { ledger } = await run(job, quiet);
  expect(asked).toEqual([[{ ind: 3 }, { ind: 99 }]]);
  expect(rows.map(({ id, user, name, age }) => [id, user, name, age])).toEqual([
    ['a', 3, 'u3', null],
    ['b', 3, 'u3', null],
    ['c', null, null, null],
    ['d', 99, null, null],
  ]);
  expect(ledger['out/lookupJoin(users)']).toMatchObject({ in: 4, taken: 4, pending: 0 });
});

test("kind: 'inner' leaves out what has no match, and counts it as filtered", async () => {
  const lines = [line('a', 3, 0), line('c', null, 2), line('d', 99, 3), line('e', 5, 4)];
  const { job, rows } = jobOver(lines, looked(usersView(), { kind: 'inner' }));
  const { ledger } = await run(job, quiet);
  expect(rows.map(({ id, name }) => [id, name])).toEqual([
    ['a', 'u3'],
    ['e', 'u5'],
  ]);
  expect(ledger['out/lookupJoin(users)']).toMatchObject({ in: 4, taken: 2, filtered: 2, pending: 0 });
});

test('law 9: no more than four batches wait, and nothing is pulled meanwhile', async () => {
  const asked: Row[][] = [];
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const lines = Array.from({ length: 40 }, (_, i) => line(`p${i}`, i % 10, i));
  const { job, rows } = jobOver(lines, looked(usersView(asked, () => answered)));
  const handle = start(job, { ...quiet, batchRows: 2 });
  while (asked.length < 4) await new Promise(setImmediate);
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  expect(asked).toHaveLength(4);
  expect(handle.metrics().operators['out/lookupJoin(users)']).toMatchObject({ records: { pending: 8 } });
  answer();
  await handle.done;
  expect(rows.map(({ id }) => id)).toEqual(lines.map((_, i) => `p${i}`));
});

test('law 4: a stop waits for the answers, and what was pulled is in the last checkpoint and nothing else', async () => {
  const held: (() => void)[] = [];
  const hold = (): Promise<void> => new Promise((resolve) => held.push(resolve));
  const lines = Array.from({ length: 40 }, (_, i) => line(`p${i}`, i % 10, i));
  const { job, rows } = jobOver(lines, looked(usersView([], hold)));
  const handle = start(job, { ...quiet, batchRows: 2 });
  while (held.length < 4) await new Promise(setImmediate);
  const stopped = handle.stop();
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  expect([handle.metrics().state, rows]).toEqual(['stopping', []]);
  for (const each of held.reverse()) each();
  await stopped;
  expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 8 }, (_, i) => `p${i}`));
  expect(handle.metrics().sources['pins']?.partitions[0]?.position).toBe(8);
});

test('a view that does not answer ends the run with what it says', async () => {
  const fails = usersView([], () => Promise.reject(new Error('the server is away')));
  const { job, rows } = jobOver([line('a', 3, 0)], looked(fails));
  await expect(run(job, quiet)).rejects.toThrow('the server is away');
  expect(rows).toEqual([]);
});

const unfit: readonly (readonly [string, Fields, string])[] = [
  ['a missing field', { ind: int32, name: utf8 }, 'the view\'s rows have no "age".'],
  ['another type', { ind: int32, name: utf8, age: int64 }, '"age" is int64 there.'],
  ['a null', { ind: int32, name: nullable(utf8), age: int32 }, '"name" can be null there.'],
  ['a key of another type', { ind: utf8, ...User.fields }, '"ind" of the view\'s key is utf8, and "user" is int32?.'],
];

test.each(unfit)(
  'law 7: a view that does not fit is refused before the first record: %s',
  async (_, fields, message) => {
    const asked: Row[][] = [];
    const view = { ...usersView(asked), fields: async () => fields };
    const { job } = jobOver([line('a', 3, 0)], looked(view, { kind: 'inner' }));
    await expect(run(job, quiet)).rejects.toThrow(message);
    expect(asked).toEqual([]);
  },
);

test('a view that shows nothing at first is held to the types once it does: another key would find another row', async () => {
  let shown: Fields | undefined;
  const view: LookupView<'ind'> = {
    ...usersView(),
    fields: async () => shown,
    async getMany(keys) {
      shown = { ind: int64, ...User.fields };
      return keys.map(() => ({ ind: 0n, name: 'u0', age: 0 }));
    },
  };
  const { job, rows } = jobOver([line('a', 3, 0)], looked(view));
  await expect(run(job, quiet)).rejects.toThrow('"ind" of the view\'s key is int64, and "user" is int32?');
  expect(rows).toEqual([]);
});

test('a row that does not fit, or an answer too few, ends the run', async () => {
  const view = { ...usersView(), fields: async () => undefined };
  const answering = (rows: readonly Row[]): LookupView<'ind'> => ({ ...view, getMany: async () => rows });
  const one = jobOver([line('a', 3, 0)], looked(answering([{ ind: 3, name: 7 }])));
  await expect(run(one.job, quiet)).rejects.toThrow('"name" of a row is a whole number');
  const few = jobOver([line('a', 3, 0)], looked(answering([])));
  await expect(run(few.job, quiet)).rejects.toThrow('1 keys were asked for, and 0 answers came');
  expect([...one.rows, ...few.rows]).toEqual([]);
});

test('law 7: what cannot be looked up is refused when the graph is built', () => {
  const build = (more: object) => () => runFlow(Pin, looked(usersView(), more), []);
  expect(build({ on: { id: 'user' } })).toThrow("on names id, and the view's key is ind");
  expect(build({ on: { ind: 'nobody' } })).toThrow('looks up "nobody", which its input does not have');
  expect(build({ take: schema({ id: utf8 }) })).toThrow('makes a field "id"');
  expect(build({ kind: 'outer' })).toThrow('kind is outer');
  const late = (pins: Pins): Flow<Fields> => {
    const named = pins.pipe(lookupJoin(usersView(), { on, take: User }));
    return named.pipe(eventTime('at', { maxOutOfOrderness: '5s' }));
  };
  expect(() => runFlow(Pin, late, [])).toThrow('Move eventTime(at) before lookupJoin(users)');
  const upsert = (pins: Pins): Flow<Fields> => {
    const counted = pins.pipe(aggregate({ by: 'user', compute: { n: agg.count() } }));
    return (counted as unknown as Pins).pipe(lookupJoin(usersView(), { on, take: User }));
  };
  expect(() => runFlow(Pin, upsert, [])).toThrow('lookupJoin(users) cannot take an upsert flow');
});

test('runFlow, which waits for nothing, says so', () => {
  const rows = [{ id: 'a', user: 1, at: new Date(0) }];
  expect(() => runFlow(Pin, looked(usersView()), [{ rows }])).toThrow('runFlow: the graph has an operator that waits');
});
