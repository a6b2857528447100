import { defineJob, int32, nullable, run, schema, timestamp, utf8, type Flow, type Outputs } from '@millrace/core';
import { columnOf, sourceOrder } from '@millrace/core/operate';
import { runFlow } from '@millrace/core/testing';
import { memory } from '@millrace/connectors/memory';
import { agg, aggregate, clean, eventTime, lookupJoin, text, where, withColumn } from '@millrace/operators';
import { putsAside, raises, type AsideRow } from './page.js';

// What a record can do wrong behind its decoder. It is put aside, and the run goes on; `onError: 'fail'` ends the run.

const Pin = schema({ unique_id: utf8, category: nullable(utf8), follower_count: utf8, at: nullable(timestamp) });
type Pins = Flow<typeof Pin.fields>;

const noon = new Date('2026-01-05T12:00:00Z');
const first = { unique_id: 'a', category: 'travel', follower_count: '124k', at: noon };

/** Runs a graph on rows; gives what was put aside as `side`. */
async function ran(
  rows: readonly object[],
  graph: (pins: Pins) => Outputs,
  side: 'late' | 'rejected' = 'rejected',
): Promise<readonly AsideRow[]> {
  const place = memory({ clock: () => noon.getTime() });
  const topic = place.topic('pins', Pin);
  await topic.send(rows.map((row) => JSON.stringify(row)));
  await topic.end();
  const list = place.list(side);
  const sinks = { pins: place.list('pins'), [side]: list };
  await run(defineJob({ name: 'pins', sources: { live: topic }, graph, sinks }), { mode: 'live', report: false });
  return list.rows();
}

raises('MILLRACE_TIME_NULL', () =>
  ran([first, { ...first, at: null }], (pins) => ({
    pins: pins.pipe(
      // ↓
      eventTime('at', { maxOutOfOrderness: '5s', onError: 'fail' }),
    ),
  })),
);

raises('MILLRACE_TIME_AHEAD', () =>
  ran([first, { ...first, at: new Date(Date.UTC(58136, 0)).toISOString() }], (pins) => ({
    pins: pins.pipe(
      // ↓
      eventTime('at', { maxOutOfOrderness: '5s', maxAhead: '1h', onError: 'fail' }),
    ),
  })),
);

raises('MILLRACE_ROW_FUNCTION', () =>
  ran([first, { ...first, category: null }], (pins) => ({
    pins: pins.pipe(
      // ↓
      where((pin) => pin.category!.startsWith('t'), { onError: 'fail' }),
    ),
  })),
);

raises('MILLRACE_VALUE_UNFIT', () =>
  ran([first, { ...first, follower_count: 'User Info Error' }], (pins) => ({
    pins: pins.pipe(
      // ↓
      withColumn('followers', int32, (pin) => Number(pin.follower_count.replace('k', '000')), { onError: 'fail' }),
    ),
  })),
);

raises('MILLRACE_LOOKUP_UNFIT', async () => {
  const place = memory({ clock: () => noon.getTime() });
  const boards = place.view('boards', { key: ['category'] });
  const named = place.rows(schema({ category: utf8, title: utf8, at: timestamp }), [
    { category: 'travel', title: 'Far away', at: noon },
  ]);
  const filled = defineJob({ name: 'boards', sources: { live: named }, graph: (rows) => ({ boards: rows.pipe(eventTime('at', { maxOutOfOrderness: '0s' })) }), sinks: { boards } }); // prettier-ignore
  await run(filled, { mode: 'live', report: false });
  return ran([first], (pins) => ({
    pins: pins.pipe(
      // ↓
      lookupJoin(boards, { on: { category: 'category' }, take: schema({ name: utf8 }) }),
    ),
  }));
});

putsAside('MILLRACE_RULE_FAILED', () =>
  ran([first, { ...first, follower_count: 'User Info Error' }], (pins) => ({
    pins: pins.pipe(clean({ follower_count: text().abbreviatedNumber() })),
  })),
);

putsAside('MILLRACE_LATE', () => {
  const before = new Date(noon.getTime() - 6000);
  return ran(
    [first, { ...first, at: before }],
    (pins) => ({ pins: pins.pipe(eventTime('at', { maxOutOfOrderness: '5s' })) }),
    'late',
  );
});

raises('MILLRACE_SUM_OVERFLOW', () => {
  const Order = schema({ shop: utf8, cents: int32, at: timestamp });
  // 2^22 + 1 orders of 2^31 − 1 cents.
  const length = 2 ** 22 + 2 ** 12;
  const batch = {
    length,
    selection: undefined,
    columns: {
      shop: columnOf(utf8, new Array<string>(length).fill('a')),
      cents: { layout: 'int32' as const, values: new Int32Array(length).fill(2 ** 31 - 1), validity: undefined },
      at: { layout: 'float64' as const, values: new Float64Array(length).fill(noon.getTime()), validity: undefined },
    },
    time: undefined,
    order: sourceOrder(
      'orders',
      0,
      Float64Array.from({ length }, (_, i) => i),
    ),
    group: new Int32Array(length),
    origin: undefined,
  };
  runFlow(
    Order,
    (orders) => ({
      turnover: orders.pipe(
        // ↓
        aggregate({ by: 'shop', compute: { cents: agg.sum('cents') }, name: 'turnover' }),
      ),
    }),
    [{ batch }, { end: true }],
  );
});
