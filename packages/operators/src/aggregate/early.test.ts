import {
  decimal,
  int32,
  list,
  nullable,
  schema,
  timestamp,
  utf8,
  type Fields,
  type Flow,
  type Mode,
} from '@millrace/core';
import { runFlow, type FlowStep } from '@millrace/core/testing';
import { describe, expect, test } from 'vitest';
import { dedup } from '../dedup/dedup.js';
import { eventTime } from '../event-time/event-time.js';
import { branch } from '../transform/branch.js';
import { flatten } from '../transform/flatten.js';
import { mapRows } from '../transform/map-rows.js';
import { rename } from '../transform/rename.js';
import { select } from '../transform/select.js';
import { union } from '../transform/union.js';
import { where } from '../transform/where.js';
import { withColumn } from '../transform/with-column.js';
import { hopping } from '../window/hopping.js';
import { tumbling } from '../window/tumbling.js';
import { agg } from './agg.js';
import { aggregate } from './aggregate.js';

const Event = schema({ at: timestamp, shop: nullable(utf8), n: int32 });
type Event = typeof Event.fields;
type Step = FlowStep<Event>;

const early: Step = { early: true };
const end: Step = { end: true };
/** Records as 'shop second n', in one batch. */
const rows = (...texts: string[]): Step => ({
  rows: texts.map((text) => {
    const [shop, at, n = '1'] = text.split(' ');
    return { at: new Date(Number(at) * 1000), shop: shop === '-' ? null : shop!, n: Number(n) };
  }),
});
const timed = (events: Flow<Event>): Flow<Event> => events.pipe(eventTime('at', { maxOutOfOrderness: '0s' }));
const minutes = (events: Flow<Event>) =>
  timed(events).pipe(
    aggregate({
      window: tumbling('1m'),
      by: 'shop',
      compute: { rows: agg.count(), n: agg.sum('n') },
      early: '1s',
    }),
  );
/** 'shop minute rows n' of what was shown early. */
const shown = (found: readonly { readonly [field: string]: unknown }[] = []): string[] =>
  found.map((row) => [row['shop'], Number(row['windowStart']) / 60_000, row['rows'], row['n']].map(String).join(' '));

function run(
  graph: (events: Flow<Event>) => Flow<Fields, Mode> | { [output: string]: Flow<Fields, Mode> },
  steps: Step[],
  tasks = 1,
) {
  // prettier-ignore
  return runFlow(Event, graph, steps, { tasks });
}

describe('an aggregate with early rows', () => {
  test('shows the present values of open windows, and then the final ones', () => {
    const { early: before, outputs } = run(minutes, [
      rows('a 1 5', 'b 2 7', 'a 61 1'),
      early,
      rows('a 62 2'),
      early,
      end,
    ]);
    // The first minute was final when the third record came.
    expect(shown(before['out'])).toEqual(['a 1 1 1', 'a 1 2 3']);
    expect(shown(outputs['out'])).toEqual(['a 0 1 5', 'b 0 1 7', 'a 1 2 3']);
  });

  test('shows only the groups that have changed, and nothing where none has', () => {
    const steps = [early, rows('a 1', 'b 2', '- 3'), early, early, rows('b 4 9'), early, early, rows(), early];
    expect(shown(run(minutes, steps).early['out'])).toEqual(['null 0 1 1', 'a 0 1 1', 'b 0 1 1', 'b 0 2 10']);
  });

  test('shows every open window of a slice, merged from all its slices', () => {
    const hops = (events: Flow<Event>) =>
      timed(events).pipe(
        aggregate({
          window: hopping('2m', '1m'),
          by: 'shop',
          compute: { rows: agg.count(), n: agg.sum('n') },
          early: '1s',
        }),
      );
    const steps = [rows('a 1 1', 'b 1 1'), early, rows('a 61 10'), early, rows('b 62 100'), early];
    expect(shown(run(hops, steps).early['out'])).toEqual([
      ...['a -1 1 1', 'b -1 1 1', 'a 0 1 1', 'b 0 1 1'],
      // Only the window of both slices and the one behind it are open now, and only a's rows are new.
      ...['a 0 2 11', 'a 1 1 10'],
      ...['b 0 2 101', 'b 1 1 100'],
    ]);
  });

  test('shows no window that is final, of a slice that it shares with open ones', () => {
    const hops = (events: Flow<Event>) =>
      timed(events).pipe(aggregate({ window: hopping('2m', '1m'), compute: { rows: agg.count() }, early: '1s' }));
    const starts = run(hops, [rows('a 1'), rows('a 61'), early]).early['out']?.map((row) => [Number(row['windowStart']) / 60_000, row['rows']]); // prettier-ignore
    expect(starts).toEqual([
      [0, 2],
      [1, 1],
    ]);
  });

  test('shows again what came back from a checkpoint, since its earlier early rows are gone', () => {
    const steps: Step[] = [rows('a 1', 'b 2'), early, { restart: { tasks: 2 } }, early, rows('a 3'), early, early];
    const { early: before } = run(minutes, steps, 3);
    expect(shown(before['out']).sort()).toEqual(['a 0 1 1', 'a 0 1 1', 'a 0 2 2', 'b 0 1 1', 'b 0 1 1']);
  });

  test('leaves a window out that was released before it was shown', () => {
    expect(shown(run(minutes, [rows('a 1'), rows('a 61'), early]).early['out'])).toEqual(['a 1 1 1']);
    expect(shown(run(minutes, [rows('a 1'), end, early]).early['out'])).toEqual([]);
  });
});

describe('early rows on their way', () => {
  const passed = (
    graph: (flow: ReturnType<typeof minutes>) => Flow<Fields, Mode> | { [output: string]: Flow<Fields, Mode> },
    ...steps: Step[]
  ) =>
    // prettier-ignore
    run((events) => graph(minutes(events)), [rows('a 1 5', 'b 2 7'), early, ...steps, end]);

  test('pass operators without state as final rows do, uncounted', () => {
    const Tagged = schema({ shop: nullable(utf8), tags: list(utf8) });
    const {
      early: before,
      outputs,
      ledgers,
    } = passed((flow) => {
      const { some, others } = flow.pipe(branch({ some: ({ n }) => n > 5, others: () => true }));
      return {
        kept: flow.pipe(where(({ n }) => n > 5)),
        named: flow.pipe(
          withColumn('twice', int32, ({ n }) => n * 2),
          rename({ shop: 'name' }),
          select('name', 'twice'),
        ),
        tags: flow.pipe(
          mapRows(Tagged, ({ shop, n }) => ({ shop, tags: [`${n}`, 'x'] })),
          flatten('tags'),
        ),
        both: some.pipe(union(others)),
      };
    });
    for (const output of ['kept', 'named', 'tags', 'both']) {
      expect(before[output], output).toEqual(outputs[output]);
      expect(before[output]?.length, output).toBeGreaterThan(0);
    }
    for (const [operator, { in: given }] of Object.entries(ledgers)) {
      expect(given, operator).toBeLessThanOrEqual(4);
    }
    expect(ledgers['kept/where']).toMatchObject({ in: 2, taken: 1, filtered: 1 });
  });

  test('end before state, with an exchange or without', () => {
    const { early: before, outputs } = passed((flow) => ({
      direct: flow,
      hours: flow.pipe(aggregate({ window: tumbling('1h'), compute: { rows: agg.sum('rows') } })),
      shops: flow.pipe(aggregate({ window: tumbling('1h'), by: 'shop', compute: { rows: agg.sum('rows') } })),
      once: flow.pipe(dedup({ by: 'shop', within: '1h' })),
      totals: flow.pipe(aggregate({ by: 'shop', compute: { rows: agg.sum('rows') } })),
    }));
    expect(before['direct']).toHaveLength(2);
    for (const output of ['hours', 'shops', 'once', 'totals']) {
      expect(before[output], output).toEqual([]);
      expect(outputs[output]!.length, output).toBeGreaterThan(0);
    }
  });

  test('are left out where a function throws or gives what does not fit, and put nothing aside', () => {
    const {
      early: before,
      outputs,
      rejected,
      ledgers,
    } = passed(
      (flow) => ({
        fails: flow.pipe(
          where(
            ({ rows }) => {
              if (rows === 1) throw new Error('not yet');
              return true;
            },
            { onError: 'fail' },
          ),
        ),
        rejects: flow.pipe(withColumn('x', int32, ({ rows }) => (rows === 1 ? 0.5 : rows))),
      }),
      rows('a 3', 'b 4'),
      early,
    );
    expect(shown(before['fails'])).toEqual(['a 0 2 6', 'b 0 2 8']);
    expect(shown(before['rejects'])).toEqual(['a 0 2 6', 'b 0 2 8']);
    expect(outputs['fails']).toHaveLength(2);
    expect(rejected).toEqual([]);
    expect(ledgers['rejects/withColumn(x)']).toMatchObject({ in: 2, taken: 2, rejected: 0 });
  });

  test('are left out where a sum is past what is exact, and the final one is not', () => {
    const Sale = schema({ at: timestamp, price: decimal(38, 0) });
    const largest = '9'.repeat(38);
    const sale = (price: string) => ({ at: new Date(0), price });
    const { early: before, outputs } = runFlow(
      Sale,
      (sales) =>
        sales.pipe(
          eventTime('at', { maxOutOfOrderness: '0s' }),
          aggregate({ window: tumbling('1m'), compute: { total: agg.sum('price') }, early: '1s' }),
        ),
      [{ rows: [sale(largest), sale('5')] }, early, { rows: [sale(`-${largest}`)] }, early, end],
    );
    expect(before['out']?.map((row) => row['total'])).toEqual(['5']);
    expect(outputs['out']?.map((row) => row['total'])).toEqual(['5']);
  });
});
