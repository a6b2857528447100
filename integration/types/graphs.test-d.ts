import {
  defineJob,
  int32,
  rows,
  run,
  schema,
  start,
  utf8,
  type ColumnType,
  type Flow,
  type Job,
  type Nullable,
  type Row,
} from '@millrace/core';
import { lake } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import {
  agg,
  aggregate,
  clean,
  dedup,
  eventTime,
  mapRows,
  rename,
  select,
  text,
  tumbling,
  where,
  withColumn,
} from '@millrace/operators';
import { filter, type Observable } from 'rxjs';
import { expectTypeOf, test } from 'vitest';

const RawPin = schema({
  index: int32,
  unique_id: utf8,
  follower_count: utf8,
  category: utf8,
  save_location: utf8,
  timestamp: utf8,
});
type RawPin = typeof RawPin.fields;

declare const flow: Flow<RawPin>;
declare const loose: Flow<{ id: typeof utf8; n: Nullable<typeof utf8>; m: typeof utf8 }>;

function pinGraph(raw: Flow<RawPin>) {
  const pins = raw.pipe(
    clean({
      follower_count: text().nullIf('User Info Error').abbreviatedNumber(),
      save_location: text().stripPrefix('Local save in '),
      timestamp: text().timestamp({ zone: 'UTC' }),
    }),
    eventTime('timestamp', { maxOutOfOrderness: '5s' }),
    dedup({ by: 'unique_id', within: '1h' }),
    where((pin) => pin.follower_count !== null && pin.category.length > 0),
    withColumn('big', int32, (pin) => ((pin.follower_count ?? 0) > 1e6 ? 1 : 0)),
  );
  const popularity = pins.pipe(
    aggregate({
      window: tumbling('1m'),
      by: 'category',
      compute: { pins: agg.count(), followers: agg.sum('follower_count'), top: agg.max('follower_count') },
    }),
  );
  return { pins, popularity };
}

const local = memory();
const folderLake = lake({ root: './lake' });
const sources = { live: local.topic('pins', RawPin), replay: folderLake.table('pins', RawPin) };
const pinsView = local.view('pins', { key: ['unique_id'] });
const popularityView = local.view('popularity', { key: ['category', 'windowStart'] });

test('the rows of a graph are inferred without an annotation beyond its input', () => {
  type Graph = ReturnType<typeof pinGraph>;
  type RowsOf<F> = F extends Flow<infer Fields, infer _M> ? Row<Fields> : never;
  expectTypeOf<RowsOf<Graph['popularity']>>().toExtend<{
    windowStart: Date;
    windowEnd: Date;
    category: string;
    pins: number;
    top: number | null;
  }>();
  expectTypeOf<RowsOf<Graph['pins']>>().toEqualTypeOf<{
    index: number;
    unique_id: string;
    follower_count: number | null;
    category: string;
    save_location: string;
    timestamp: Date;
    big: number;
  }>();
});

test('a job takes a graph, sources and sinks that fit, and run takes the job', () => {
  const job = defineJob({
    name: 'popularity',
    sources,
    graph: pinGraph,
    sinks: { pins: pinsView, popularity: popularityView, late: local.list('late'), rejected: local.list('rejected') },
  });
  expectTypeOf(job).toExtend<Job<ReturnType<typeof pinGraph>>>();
  expectTypeOf(() => run(job, { mode: 'both' })).toBeFunction();
  expectTypeOf(() => start(job, { mode: 'replay', publish: 'replace', sinks: { pins: pinsView } })).toBeFunction();
  // @ts-expect-error a sink for an output that is not there
  expectTypeOf(() => run(job, { mode: 'replay', sinks: { nope: pinsView } })).toBeFunction();
});

test('several inputs, and a graph written in place', () => {
  const RawGeo = schema({ ind: int32, country: utf8 });
  defineJob({
    name: 'two',
    sources: { live: { pins: local.topic('pins', RawPin), geos: local.topic('geos', RawGeo) } },
    graph: ({ pins, geos }) => ({
      pins: pins.pipe(clean({ category: text().trim() })),
      geos: geos.pipe(where((geo) => geo.country !== '')),
    }),
    sinks: { pins: local.list('pins'), geos: local.list('geos') },
  });
});

test('a reusable piece stays generic', () => {
  const byCategory = <F extends { category: ColumnType<string, 'utf8', false> }>(flow: Flow<F>) =>
    flow.pipe(aggregate({ window: tumbling('1m'), by: 'category', compute: { n: agg.count() } }));
  expectTypeOf(byCategory).toBeCallableWith(flow);
});

test('mistakes in a graph are compile errors', () => {
  // @ts-expect-error no such field
  flow.pipe(clean({ nope: text().trim() }));
  // @ts-expect-error not a text column
  flow.pipe(clean({ index: text().trim() }));
  // @ts-expect-error not a time yet
  flow.pipe(eventTime('timestamp', { maxOutOfOrderness: '5s' }));
  // @ts-expect-error no such key
  flow.pipe(dedup({ by: 'uniqueid', within: '1h' }));
  // @ts-expect-error not a number
  flow.pipe(aggregate({ window: tumbling('1m'), by: 'category', compute: { s: agg.sum('unique_id') } }));
  // @ts-expect-error a computed name that collides
  flow.pipe(aggregate({ window: tumbling('1m'), by: 'category', compute: { windowStart: agg.count() } }));
  // @ts-expect-error no such field
  flow.pipe(select('nope'));
  // @ts-expect-error no such field
  flow.pipe(rename({ nope: 'x' }));
  // @ts-expect-error a name that is taken
  flow.pipe(withColumn('category', int32, () => 1));
  // @ts-expect-error a row that does not fit its schema
  flow.pipe(mapRows(schema({ n: int32 }), (pin) => ({ n: pin.category })));
  // @ts-expect-error no such field in a row
  flow.pipe(where((pin) => pin.nope === 1));
});

test('mistakes in a job are compile errors', () => {
  defineJob({
    name: 'x',
    sources,
    graph: pinGraph,
    // @ts-expect-error the sink's key is no column
    sinks: { pins: local.view('pins', { key: ['id'] }), popularity: popularityView },
  });
  defineJob({
    name: 'x',
    sources,
    graph: pinGraph,
    // @ts-expect-error an output without a sink
    sinks: { pins: pinsView },
  });
  defineJob({
    name: 'x',
    // @ts-expect-error a replay source of another shape
    sources: { live: local.topic('pins', RawPin), replay: local.topic('pins', schema({ id: utf8 })) },
    graph: pinGraph,
    sinks: { pins: pinsView, popularity: popularityView },
  });
  const total = (raw: Flow<RawPin>) => ({
    totals: raw.pipe(aggregate({ by: 'category', compute: { n: agg.count() } })),
  });
  defineJob({
    name: 'x',
    sources,
    graph: total,
    // @ts-expect-error rows that replace earlier ones cannot go where rows only add
    sinks: { totals: local.list('totals') },
  });
});

test('rxjs may end a flow, and nothing of ours may follow it', () => {
  flow.pipe(filter((signal) => signal.kind === 'batch'));
  flow.pipe(
    // @ts-expect-error a plain Observable is no Flow
    filter((signal) => signal.kind === 'batch'),
    dedup({ by: 'unique_id', within: '1h' }),
  );
});

test('nulls go where the data and the rules say', () => {
  const cleaned = loose.pipe(clean({ n: text().integer(), m: text().integer().orNull() }));
  expectTypeOf(rows(cleaned)).toEqualTypeOf<Observable<{ id: string; n: number | null; m: number | null }>>();
});

test('an aggregate without a window is an upsert flow', () => {
  const totals = flow.pipe(aggregate({ by: 'category', compute: { n: agg.count() } }));
  expectTypeOf(totals.mode).toEqualTypeOf<'upsert'>();
});
