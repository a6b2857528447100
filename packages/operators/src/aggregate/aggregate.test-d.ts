import type { bool, ColumnType, EarlyAppend, Fields, float64, Flow, int32, int64, Mode, Nullable, Row, timestamp, utf8 } from '@millrace/core'; // prettier-ignore
import { expectTypeOf, test } from 'vitest';
import { rename } from '../transform/rename.js';
import { select } from '../transform/select.js';
import { hopping } from '../window/hopping.js';
import { session } from '../window/session.js';
import { tumbling } from '../window/tumbling.js';
import { agg } from './agg.js';
import { aggregate } from './aggregate.js';

declare const events: Flow<{
  at: typeof timestamp;
  category: typeof utf8;
  country: Nullable<typeof utf8>;
  n: typeof int32;
  x: Nullable<typeof float64>;
  big: typeof int64;
  flag: typeof bool;
  fare: ColumnType<string, 'decimal', false>;
  tip: Nullable<ColumnType<string, 'decimal', false>>;
}>;
declare function rowOf<F extends Fields>(flow: Flow<F, Mode>): Row<F>;
const window = tumbling('1m');

test('the columns of a windowed aggregate', () => {
  const flow = events.pipe(
    aggregate({
      window,
      by: ['category', 'country'],
      compute: {
        rows: agg.count(),
        xs: agg.count('x'),
        n: agg.sum('n'),
        x: agg.sum('x'),
        mean: agg.mean('n'),
        top: agg.max('big'),
        newest: agg.max('at'),
        least: agg.min('x'),
        flag: agg.first('flag'),
        fares: agg.sum('fare'),
        tips: agg.sum('tip'),
        tip: agg.max('tip'),
        last: agg.last('country'),
      },
    }),
  );
  expectTypeOf(rowOf(flow)).toEqualTypeOf<{
    windowStart: Date;
    windowEnd: Date;
    category: string;
    country: string | null;
    rows: number;
    xs: number;
    n: number;
    x: number | null;
    mean: number;
    top: bigint;
    newest: Date;
    least: number | null;
    flag: boolean;
    fares: string;
    tips: string | null;
    tip: string | null;
    last: string | null;
  }>();
  expectTypeOf(flow.mode).toEqualTypeOf<'append'>();
});

test('without a window it is an upsert flow without bounds; without fields there is one group', () => {
  const flow = events.pipe(aggregate({ compute: { rows: agg.count(), windowStart: agg.min('at') } }));
  expectTypeOf(rowOf(flow)).toEqualTypeOf<{ rows: number; windowStart: Date }>();
  expectTypeOf(flow.mode).toEqualTypeOf<'upsert'>();
  // @ts-expect-error an upsert flow cannot be aggregated again
  flow.pipe(aggregate({ compute: { rows: agg.count() } }));
});

test('a nested window', () => {
  const flow = events.pipe(
    aggregate({ window, by: 'category', compute: { rows: agg.count() } }),
    aggregate({ window: session('1h'), by: 'category', compute: { rows: agg.sum('rows') }, name: 'hours' }),
  );
  expectTypeOf(rowOf(flow)).toEqualTypeOf<{
    windowStart: Date;
    windowEnd: Date;
    category: string;
    rows: number;
  }>();
});

test('a sum of decimals is a decimal, and can be added up again', () => {
  const minutes = events.pipe(aggregate({ window, by: 'category', compute: { fare: agg.sum('fare') } }));
  expectTypeOf(minutes.schema.fields.fare).toEqualTypeOf<ColumnType<string, 'decimal', false>>();
  const hours = minutes.pipe(aggregate({ window: session('1h'), compute: { fare: agg.sum('fare') }, name: 'hours' }));
  expectTypeOf(rowOf(hours)).toEqualTypeOf<{ windowStart: Date; windowEnd: Date; fare: string }>();
});

test('a reusable piece stays generic', () => {
  const byCategory = <F extends { category: ColumnType<string, 'utf8', false> }>(flow: Flow<F>) =>
    flow.pipe(aggregate({ window, by: 'category', compute: { rows: agg.count() } }));
  expectTypeOf(rowOf(byCategory(events))).toExtend<{
    rows: number;
    category: string;
  }>();
});

test('mistakes do not compile', () => {
  // @ts-expect-error no such field to group by
  events.pipe(aggregate({ window, by: 'categroy', compute: { n: agg.count() } }));
  // @ts-expect-error no such field among others
  events.pipe(aggregate({ window, by: ['category', 'nope'], compute: { n: agg.count() } }));
  // @ts-expect-error no such field to add up
  events.pipe(aggregate({ window, compute: { s: agg.sum('nope') } }));
  // @ts-expect-error no such field to count
  events.pipe(aggregate({ window, compute: { s: agg.count('nope') } }));
  // @ts-expect-error text is no number
  events.pipe(aggregate({ window, by: 'category', compute: { s: agg.sum('category') } }));
  // @ts-expect-error the sum of int64 would be rounded
  events.pipe(aggregate({ window, compute: { s: agg.sum('big') } }));
  // @ts-expect-error the mean of int64 would be rounded
  events.pipe(aggregate({ window, compute: { s: agg.mean('big') } }));
  // @ts-expect-error the mean of decimals would be rounded
  events.pipe(aggregate({ window, compute: { s: agg.mean('fare') } }));
  // @ts-expect-error true and false have no greatest
  events.pipe(aggregate({ window, compute: { m: agg.max('flag') } }));
  // @ts-expect-error the window has that name already
  events.pipe(aggregate({ window, by: 'category', compute: { windowStart: agg.count() } }));
  // @ts-expect-error the key has that name already
  events.pipe(aggregate({ window, by: 'category', compute: { category: agg.count() } }));
  // @ts-expect-error one mistake among right ones
  events.pipe(aggregate({ by: 'category', compute: { n: agg.count(), s: agg.sum('flag') } }));
  // @ts-expect-error a window is made by tumbling, hopping or session
  events.pipe(aggregate({ window: '1m', compute: { n: agg.count() } }));
  // @ts-expect-error a size has a unit
  tumbling(60_000);
});

test('a field may not be grouped by under a bound of the window', () => {
  const windows = events.pipe(aggregate({ window, by: 'category', compute: { rows: agg.count() } }));
  // @ts-expect-error the window has that name already
  windows.pipe(aggregate({ window, by: 'windowEnd', compute: { rows: agg.count() } }));
  windows.pipe(aggregate({ by: 'windowEnd', compute: { rows: agg.count() } }));
});

test('early rows make another mode of flow, which is append all the same', () => {
  const early = events.pipe(aggregate({ window, by: 'category', compute: { rows: agg.count() }, early: '1s' }));
  expectTypeOf(early.mode).toEqualTypeOf<EarlyAppend>();
  expectTypeOf(early).toExtend<Flow<(typeof early.schema)['fields']>>();
  expectTypeOf(early.pipe(select('rows'), rename({ rows: 'n' })).mode).toEqualTypeOf<EarlyAppend>();
  // They end there.
  const hours = early.pipe(aggregate({ window: session('1h'), compute: { rows: agg.sum('rows') } }));
  expectTypeOf(hours.mode).toEqualTypeOf<'append'>();
  const none = events.pipe(aggregate({ window, compute: { rows: agg.count() } }));
  expectTypeOf(none.mode).toEqualTypeOf<'append'>();
});

test('early rows are of tumbling and hopping windows', () => {
  events.pipe(aggregate({ window: hopping('1h', '5m'), compute: { rows: agg.count() }, early: '1s' }));
  // @ts-expect-error the bounds of a session are not known before it is final
  events.pipe(aggregate({ window: session('1h'), compute: { rows: agg.count() }, early: '1s' }));
  // @ts-expect-error without a window there is nothing to be early for
  events.pipe(aggregate({ by: 'category', compute: { rows: agg.count() }, early: '1s' }));
  // @ts-expect-error a duration is written with its unit
  events.pipe(aggregate({ window, compute: { rows: agg.count() }, early: 1000 }));
});
