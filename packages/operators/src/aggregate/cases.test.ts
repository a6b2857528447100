import { decimal, float64, nullable, schema, timestamp, utf8, type Fields, type Flow, type Mode } from '@millrace/core';
import { columnOf, sourceOrder, type Float64Column } from '@millrace/core/operate';
import { runFlow } from '@millrace/core/testing';
import { describe, expect, test } from 'vitest';
import { eventTime } from '../event-time/event-time.js';
import { session } from '../window/session.js';
import { hopping } from '../window/hopping.js';
import { tumbling } from '../window/tumbling.js';
import { agg } from './agg.js';
import { aggregate } from './aggregate.js';

// Small inputs with the right answer, from people who have met the wrong ones. Numbers are of the list of cases.

const Event = schema({ at: timestamp, key: utf8, x: nullable(float64) });
type Events = Flow<typeof Event.fields>;
type Output = { readonly [field: string]: unknown };
const day = 86_400_000;

const event = (at: number, key = 'k', x: number | null = 1) => ({ at: new Date(at), key, x });
const timed = (bound: string) => eventTime<typeof Event.fields>('at', { maxOutOfOrderness: bound });
const run = (
  graph: (events: Events) => Flow<Fields, Mode>,
  rows: readonly ReturnType<typeof event>[],
): readonly Output[] => runFlow(Event, graph, [...rows.map((row) => ({ rows: [row] })), { end: true }]).outputs['out']!;
const ms = (value: unknown): number => (value as Date).getTime();
const permutations = <T>(items: readonly T[]): (readonly T[])[] =>
  items.length < 2
    ? [items]
    : items.flatMap((item, i) => permutations(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]));

describe('1: windows below zero, with an offset, and far from the origin', () => {
  const counts = (bound: string, window: ReturnType<typeof tumbling>, times: readonly number[]) => {
    const graph = (events: Events) =>
      events.pipe(timed(bound), aggregate({ window, by: 'key', compute: { n: agg.count() } }));
    const steps = times.map((at) => ({ rows: [event(at)] }));
    const { outputs, late, ledgers } = runFlow(Event, graph, [...steps, { end: true }]);
    expect(late).toEqual([]);
    expect(ledgers['out/eventTime(at)']).toMatchObject({ in: times.length, taken: times.length, late: 0 });
    return outputs['out']!.map((row) => [ms(row['windowStart']), ms(row['windowEnd']), row['n']]);
  };
  const times = [-5001, -5000, -1, 0, 4999];

  test('a', () => {
    expect(counts('20s', tumbling('5s'), times)).toEqual([
      [-10_000, -5000, 1],
      [-5000, 0, 2],
      [0, 5000, 2],
    ]);
  });
  test('b', () => {
    expect(counts('20s', tumbling('5s', { offset: '2s' }), times)).toEqual([
      [-8000, -3000, 2],
      [-3000, 2000, 2],
      [2000, 7000, 1],
    ]);
  });
  test('c', () => {
    expect(counts('20s', tumbling('700ms'), [1_709_315_512_577])).toEqual([[1_709_315_512_100, 1_709_315_512_800, 1]]);
  });

  // Not by rows: a Date has no −0.
  test.each([[[-0]], [[0, -0]], [[-0, 0]]])('the window, and the key, of %j is 0 and not −0', (times) => {
    const values = Float64Array.from(times);
    const batch = {
      length: times.length,
      selection: undefined,
      columns: {
        at: { layout: 'float64' as const, values, validity: undefined },
        key: columnOf(utf8, times.map(() => 'k')),
        x: columnOf(nullable(float64), times),
      },
      time: undefined,
      order: sourceOrder('source', 0, Float64Array.from(times.keys())),
      group: new Int32Array(times.length),
      origin: undefined,
    }; // prettier-ignore
    const graph = (events: Events) =>
      events.pipe(timed('0s'), aggregate({ window: tumbling('5s'), by: 'at', compute: { n: agg.count() } }));
    const { batches, outputs } = runFlow(Event, graph, [{ batch }, { end: true }]);
    expect(outputs['out']!.map((row) => row['n'])).toEqual([times.length]);
    const { columns, order } = batches['out']![0]!;
    for (const column of [columns['windowStart'], columns['at'], order[0]]) {
      expect(Object.is((column as Float64Column).values[0], 0)).toBe(true);
    }
  });
});

test('4: a record bridges two sessions of its own key, in all 24 orders', () => {
  const graph = (events: Events) =>
    events.pipe(
      timed('30s'),
      aggregate({
        window: session('10s'),
        by: 'key',
        compute: { n: agg.count(), x: agg.sum('x'), first: agg.min('at'), last: agg.max('at') },
      }),
    );
  const rows = [event(0, 'u1', 1), event(15_000, 'u1', 2), event(8000, 'u1', 4), event(9000, 'u2', 1)];
  const bounds = (start: number, end: number) => ({ windowStart: new Date(start), windowEnd: new Date(end) });
  for (const order of permutations(rows)) {
    expect(run(graph, order)).toEqual([
      { ...bounds(9000, 19_000), key: 'u2', n: 1, x: 1, first: new Date(9000), last: new Date(9000) },
      { ...bounds(0, 25_000), key: 'u1', n: 3, x: 7, first: new Date(0), last: new Date(15_000) },
    ]);
    // In one batch as well, where rows meet before anything was accumulated.
    expect(runFlow(Event, graph, [{ rows: order }, { end: true }]).outputs['out']).toHaveLength(2);
  }
});

test('7: the last window stays open until the input ends, and is complete then', () => {
  const graph = (events: Events) =>
    events.pipe(timed('0s'), aggregate({ window: tumbling('60s'), by: 'key', compute: { n: agg.count() } }));
  const seconds = (...at: number[]) => ({ rows: at.map((second) => event(second * 1000)) });
  const counts = (steps: Parameters<typeof runFlow<typeof Event.fields>>[2]) =>
    runFlow(Event, graph, steps).outputs['out']!.map((row) => [ms(row['windowStart']), row['n']]);
  expect(counts([seconds(1, 2), seconds(61)])).toEqual([[0, 2]]);
  expect(counts([seconds(1, 2), seconds(61), { end: true }])).toEqual([[0, 2], [60_000, 1]]); // prettier-ignore
  const stopped = [seconds(1, 2), seconds(61), { restart: { tasks: 1 } }] as const;
  expect(counts(stopped)).toEqual([[0, 2]]);
  expect(counts([...stopped, seconds(62), seconds(125)])).toEqual([[0, 2], [60_000, 2]]); // prettier-ignore
});

describe('15: NaN, infinities, −0 and null', () => {
  test('a: per group', () => {
    const compute = {
      sum: agg.sum('x'),
      min: agg.min('x'),
      max: agg.max('x'),
      values: agg.count('x'),
      rows: agg.count(),
    };
    const rows = [['A', NaN], ['B', Infinity], ['B', -Infinity], ['C', Infinity], ['D', null], ['D', 1]] as const; // prettier-ignore
    const got = run(
      (events) => events.pipe(timed('1s'), aggregate({ window: tumbling('1m'), by: 'key', compute })),
      rows.map(([key, x]) => event(0, key, x)),
    );
    expect(got).toMatchObject([
      { key: 'A', sum: NaN, min: NaN, max: NaN, values: 1, rows: 1 },
      { key: 'B', sum: NaN, min: -Infinity, max: Infinity, values: 2, rows: 2 },
      { key: 'C', sum: Infinity, min: Infinity, max: Infinity, values: 1, rows: 1 },
      { key: 'D', sum: 1, min: 1, max: 1, values: 1, rows: 2 },
    ]);
  });

  // The average of the last n values is the mean over a hopping window of n ms, one value per ms.
  const averages = (n: number, values: readonly number[]) =>
    run(
      (events) =>
        events.pipe(timed('1s'), aggregate({ window: hopping(`${n}ms`, '1ms'), compute: { mean: agg.mean('x') } })),
      values.map((x, i) => event(i, 'k', x)),
    )
      .map((row) => row['mean'])
      .slice(0, values.length);

  test('b: an average forgets NaN once it has left', () => {
    expect(averages(3, [1, 2, 3, NaN, 1, 2, 3, 4])).toEqual([1, 1.5, 2, NaN, NaN, NaN, 2, 3]);
  });
  test('c: an average does not subtract what it has rounded', () => {
    expect(averages(2, [2 ** 54, 1, 1])).toEqual([18014398509481984, 9007199254740992, 1]);
  });

  test('d: −0 and 0 are one key, printed as 0, and NaN is one', () => {
    const got = run(
      (events) => events.pipe(timed('1s'), aggregate({ window: tumbling('1m'), by: 'x', compute: { n: agg.count() } })),
      [-0, 0, NaN, NaN].map((x) => event(0, 'k', x)),
    );
    expect(got.map((row) => [row['x'], row['n']])).toEqual([
      [0, 2],
      [NaN, 2],
    ]);
  });
});

describe('16: ties', () => {
  const counts = (order: readonly string[]) =>
    run(
      (events) =>
        events.pipe(timed('60s'), aggregate({ window: tumbling('60s'), by: 'key', compute: { n: agg.count() } })),
      order.map((key, i) => event(i * 1000, key)),
    ).map((row) => [row['key'], row['n']]);
  const items = ['c', 'c', 'b', 'b', 'a', 'a', 'a', 'd'];

  test('a: counts come by key, whatever the order', () => {
    const right = [['a', 3], ['b', 2], ['c', 2], ['d', 1]]; // prettier-ignore
    expect(counts(items)).toEqual(right);
    expect(counts([...items].reverse())).toEqual(right);
  });
  test('b: with one more', () => {
    expect(counts([...items, 'c'])).toEqual([['a', 3], ['b', 2], ['c', 3], ['d', 1]]); // prettier-ignore
  });
  test('c: of two values of one time the one at the larger offset is the last', () => {
    const graph = (events: Events) => events.pipe(timed('1s'), aggregate({ by: 'key', compute: { x: agg.last('x') } }));
    const rows = Array.from({ length: 9 }, (_, offset) => event(offset < 7 ? 0 : 500, 'k', offset));
    expect(run(graph, rows).at(-1)).toEqual({ key: 'k', x: 8 });
    expect(runFlow(Event, graph, [{ rows }]).outputs['out']).toEqual([{ key: 'k', x: 8 }]);
  });
});

test('18b: decimals add up to a decimal', () => {
  const Sale = schema({ at: timestamp, key: utf8, price: nullable(decimal(10, 2)) });
  const sales = (...prices: (string | null)[]) => prices.map((price) => ({ at: new Date(0), key: 'k', price }));
  let type: unknown;
  const graph = (flow: Flow<typeof Sale.fields>) => {
    const compute = { price: agg.sum('price') };
    const minutes = flow.pipe(
      eventTime('at', { maxOutOfOrderness: '0s' }),
      aggregate({ window: tumbling('1m'), by: 'key', compute }),
    );
    type = minutes.schema.fields.price;
    return { minutes, hours: minutes.pipe(aggregate({ window: tumbling('1h'), by: 'key', compute })) };
  };
  const { outputs } = runFlow(Sale, graph, [{ rows: sales('0.10', null, '0.20') }, { end: true }]);
  expect(outputs['minutes']).toMatchObject([{ price: '0.30' }]);
  expect(outputs['hours']).toMatchObject([{ price: '0.30' }]);
  expect(type).toEqual(nullable(decimal(38, 2)));
  expect(runFlow(Sale, graph, [{ rows: sales(null) }, { end: true }]).outputs['hours']).toMatchObject([
    { price: null },
  ]);
});

test('40c: a session with a gap of 30 days is one from day 0 to day 29, and none is closed by a clock', () => {
  const graph = (events: Events) =>
    events.pipe(timed('1s'), aggregate({ window: session('30d'), by: 'key', compute: { n: agg.count() } }));
  const open = runFlow(Event, graph, [{ rows: [event(0)] }, { rows: [event(29 * day)] }]);
  expect([open.outputs['out'], open.stateRows['out/aggregate(key)']]).toEqual([[], 1]);
  expect(run(graph, [event(0), event(29 * day)])).toEqual([
    { windowStart: new Date(0), windowEnd: new Date(59 * day), key: 'k', n: 2 },
  ]);
  expect(run(graph, [event(0), event(30 * day)]).map((row) => row['n'])).toEqual([1, 1]);
});

test('bids per bidder: a distance of one gap separates, and equal bids are two', () => {
  const bids = [[50, 'b1', 10], [99, 'b2', 12], [100, 'b3', 99], [60, 'b1', 40], [60, 'b1', 40]] as const; // prettier-ignore
  const graph = (events: Events) =>
    events.pipe(
      timed('1m'),
      aggregate({ window: session('10s'), by: 'key', compute: { bids: agg.count(), cents: agg.sum('x') } }),
    );
  const got = run(
    graph,
    bids.map(([second, bidder, cents]) => event(second * 1000, bidder, cents)),
  );
  expect(got.map((row) => [row['key'], ms(row['windowStart']) / 1000, row['bids'], row['cents']])).toEqual([
    ['b1', 50, 1, 10],
    ['b1', 60, 2, 80],
    ['b2', 99, 1, 12],
    ['b3', 100, 1, 99],
  ]);
});
