import {
  float64,
  int32,
  isMillraceError,
  nullable,
  schema,
  timestamp,
  utf8,
  type Flow,
  type Row,
} from '@millrace/core';
import { columnOf, sourceOrder, type Batch, type BytesColumn } from '@millrace/core/operate';
import { runFlow } from '@millrace/core/testing';
import { describe, expect, test } from 'vitest';
import { eventTime } from '../event-time/event-time.js';
import { session } from '../window/session.js';
import { hopping } from '../window/hopping.js';
import { tumbling } from '../window/tumbling.js';
import { agg } from './agg.js';
import { aggregate } from './aggregate.js';

const Event = schema({ at: timestamp, key: nullable(utf8), x: nullable(float64), n: int32 });
type Events = Flow<typeof Event.fields>;
type Event = Row<typeof Event.fields>;
let count = 0;
const event = (at: number, key: string | null = 'k', x: number | null = 1): Event => ({ at: new Date(at), key, x, n: count++ }); // prettier-ignore
const timed = eventTime<typeof Event.fields>('at', { maxOutOfOrderness: '5s' });
const instant = (ms: number): Date => new Date(ms);

describe('windows', () => {
  const perMinute = (events: Events) =>
    events.pipe(
      timed,
      aggregate({ window: tumbling('1m'), by: 'key', compute: { rows: agg.count(), x: agg.sum('x') } }),
    );

  test('rows come once the watermark has reached the end, sorted by key, and the watermark behind them', () => {
    const rows = [event(1000, 'b'), event(2000, 'a', 0.1), event(3000, 'a', 0.2), event(4000, null, null)];
    const before = runFlow(Event, perMinute, [{ rows }, { rows: [event(64_999)] }]);
    expect(before.outputs['out']).toEqual([]);
    const { outputs, batches, watermarks, ledgers } = runFlow(Event, perMinute, [{ rows }, { rows: [event(65_000)] }]);
    const bounds = { windowStart: instant(0), windowEnd: instant(60_000) };
    expect(outputs['out']).toEqual([
      { ...bounds, key: null, rows: 1, x: null },
      { ...bounds, key: 'a', rows: 2, x: 0.1 + 0.2 },
      { ...bounds, key: 'b', rows: 1, x: 1 },
    ]);
    expect([...batches['out']![0]!.time!]).toEqual([59_999, 59_999, 59_999]);
    expect(watermarks['out']).toEqual([-1000, 60_000]);
    expect(ledgers['out/aggregate(key)']).toMatchObject({ in: 5, taken: 5, late: 0 });
  });

  test('a window of one minute nests in the hour that ends with it', () => {
    const perHour = (events: Events) =>
      perMinute(events).pipe(
        aggregate({ window: tumbling('1h'), by: 'key', compute: { rows: agg.sum('rows') }, name: 'per hour' }),
      );
    const rows = [event(0), event(3_599_999), event(3_600_000)];
    const { outputs } = runFlow(Event, perHour, [{ rows }, { end: true }]);
    expect(outputs['out']!.map((row) => [row['windowStart'], row['rows']])).toEqual([
      [instant(0), 2],
      [instant(3_600_000), 1],
    ]);
  });

  test('results of more rows than a batch holds come in several, in order', () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => event(i % 50_000, String(i).padStart(5, '0')));
    const { batches, outputs } = runFlow(Event, perMinute, [{ rows }, { end: true }]);
    expect(batches['out']!.map(({ length }) => length)).toEqual([8192, 1808]);
    expect(outputs['out']!.map((row) => row['key'])).toEqual(rows.map(({ key }) => key));
  });

  test('rows that a filter left out are not counted, and columns that nobody reads are not made', () => {
    const columns = { key: columnOf(nullable(utf8), ['a', 'b', 'a']), x: columnOf(nullable(float64), [1, 2, 3]) };
    const batch: Batch = {
      length: 3,
      selection: Int32Array.of(0, 2),
      columns,
      time: undefined,
      order: [columnOf(int32, [0, 1, 2])],
      group: new Int32Array(3),
      origin: undefined,
    };
    const { outputs } = runFlow(
      Event,
      (events) => events.pipe(aggregate({ by: 'key', compute: { rows: agg.count(), x: agg.sum('x') } })),
      [{ batch }],
    );
    expect(outputs['out']).toEqual([{ key: 'a', rows: 2, x: 4 }]);
  });

  test('state is dropped with its window', () => {
    const graph = (events: Events) =>
      events.pipe(timed, aggregate({ window: hopping('4s', '1s'), by: 'key', compute: { rows: agg.count() } }));
    const steps = Array.from({ length: 100 }, (_, i) => ({ rows: [event(i * 1000)] }));
    const { stateRows } = runFlow(Event, graph, steps);
    // Nine seconds are open: four of the window, and five that records may be late.
    expect(stateRows['out/aggregate(key)']).toBeLessThanOrEqual(9);
    const sessions = (events: Events) =>
      events.pipe(timed, aggregate({ window: session('1s'), by: 'key', compute: { rows: agg.count() } }));
    const keys = Array.from({ length: 100 }, (_, i) => ({ rows: [event(i * 1000, `key ${i}`)] }));
    expect(runFlow(Event, sessions, keys).stateRows['out/aggregate(key)']).toBeLessThanOrEqual(7);
  });
});

describe('without a window', () => {
  const totals = (events: Events) => events.pipe(aggregate({ by: 'key', compute: { rows: agg.count() } }));

  test('every batch gives the rows of the groups that it has changed, each once', () => {
    const { outputs, batches } = runFlow(Event, totals, [
      { rows: [event(0, 'b'), event(0, 'a'), event(0, 'b')] },
      { rows: [event(0, 'b')] },
    ]);
    expect(outputs['out']).toEqual([
      { key: 'a', rows: 1 },
      { key: 'b', rows: 2 },
      { key: 'b', rows: 3 },
    ]);
    expect(batches['out']!.map(({ time }) => time)).toEqual([undefined, undefined]);
  });

  test('its flow is an upsert flow with the fields as key, and another aggregate refuses it', () => {
    const graph = (events: Events) => {
      const flow = totals(events);
      expect([flow.mode, flow.node.key, flow.node.label]).toEqual(['upsert', ['key'], 'aggregate(key)']);
      expect(() => flow.pipe(aggregate({ compute: { n: agg.count() } }) as never)).toThrow(/upsert/);
      return flow;
    };
    runFlow(Event, graph, []);
  });

  test('a row has the time of the newest row of its group, so that none comes below the watermark', () => {
    const graph = (events: Events) => events.pipe(timed, aggregate({ compute: { rows: agg.count() } }));
    const { batches } = runFlow(Event, graph, [{ rows: [event(9000)] }, { rows: [event(5000)] }]);
    expect(batches['out']!.map(({ time }) => [...time!])).toEqual([[9000], [9000]]);
  });

  test('all rows are one group without fields, and none where there are no rows', () => {
    const graph = (events: Events) => events.pipe(aggregate({ compute: { rows: agg.count(), x: agg.count('x') } }));
    const rows = [event(0, 'a'), event(0, 'b', null)];
    expect(runFlow(Event, graph, [{ rows }], { tasks: 3 }).outputs['out']).toEqual([{ rows: 2, x: 1 }]);
    expect(runFlow(Event, graph, [{ end: true }]).outputs['out']).toEqual([]);
  });
});

describe('first and last', () => {
  test('go by time, then by order, and take null as it is', () => {
    const graph = (events: Events) =>
      events.pipe(
        timed,
        aggregate({ window: tumbling('1m'), compute: { first: agg.first('x'), last: agg.last('x') } }),
      );
    const rows = [event(2000, 'k', 2), event(1000, 'k', null), event(1000, 'k', 7), event(2000, 'k', 8)];
    const { outputs } = runFlow(Event, graph, [{ rows }, { end: true }]);
    expect(outputs['out']).toMatchObject([{ first: null, last: 8 }]);
  });
});

describe('a sum of whole numbers', () => {
  const Whole = schema({ at: timestamp, shop: utf8, n: int32 });
  let offset = 0;
  const rows = (length: number, n: number): { readonly batch: Batch } => {
    const offsets = Float64Array.from({ length }, () => offset++);
    const columns = {
      at: { layout: 'float64', values: new Float64Array(length), validity: undefined },
      shop: { layout: 'dictionary', codes: new Int32Array(length), dictionary: shop, validity: undefined },
      n: { layout: 'int32', values: new Int32Array(length).fill(n), validity: undefined },
    } as const;
    const order = sourceOrder('source', 0, offsets);
    const group = new Int32Array(length);
    return { batch: { length, selection: undefined, columns, time: undefined, order, group, origin: undefined } };
  };
  const shop = columnOf(utf8, ['a']) as BytesColumn;
  const graph = (flow: Flow<typeof Whole.fields>) =>
    flow.pipe(
      eventTime('at', { maxOutOfOrderness: '5s' }),
      aggregate({ window: tumbling('1m'), by: 'shop', compute: { n: agg.sum('n') }, name: 'totals' }),
    );
  const half = [rows(2 ** 21, -(2 ** 31)), rows(2 ** 21, -(2 ** 31))];

  test('of −2^53 is exact', () => {
    expect(runFlow(Whole, graph, [...half, { end: true }]).outputs['out']).toMatchObject([{ n: -(2 ** 53) }]);
  });

  test('past it fails on the final value, naming window and key', () => {
    let error: unknown;
    try {
      runFlow(Whole, graph, [...half, rows(1, -1), { end: true }]);
    } catch (thrown) {
      error = thrown;
    }
    expect(isMillraceError(error, 'MILLRACE_SUM_OVERFLOW') && error.data).toEqual({
      operator: 'aggregate "totals"',
      column: 'n',
      key: 'shop = "a"',
      window: '[1970-01-01T00:00:00.000Z, 1970-01-01T00:01:00.000Z)',
      limit: '2^53',
    });
    expect(String(error)).toContain('Turn the field into float64 before');
    expect((error as { where?: string }).where).toContain('aggregate.test.ts');
  });

  test('that was past it on the way does not fail', () => {
    const steps = [...half, rows(1, -1), rows(1, 1), { end: true } as const];
    expect(runFlow(Whole, graph, steps).outputs['out']).toMatchObject([{ n: -(2 ** 53) }]);
  });
});

test('state names its window, its fields and what it keeps, so that a change is found', () => {
  runFlow(
    Event,
    (events) => {
      const flow = events.pipe(
        timed,
        aggregate({
          window: session('30m'),
          by: 'key',
          compute: { rows: agg.count(), top: agg.max('x') },
          name: 'visits',
        }),
      );
      expect(flow.node.state).toEqual({
        name: 'visits',
        format:
          'aggregate 1; window: session(1800000); by: key:utf8?; rows: count() as count:float64; top: max(x) as value:float64?',
      });
      return flow;
    },
    [],
  );
});
