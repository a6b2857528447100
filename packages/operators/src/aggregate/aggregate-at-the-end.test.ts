import { defineJob, int32, run, schema, timestamp, utf8, type Fields, type Flow, type Source } from '@millrace/core';
import { recordsOf } from '@millrace/core/connector';
import { testSink, testSource } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { eventTime } from '../event-time/event-time.js';
import { where } from '../transform/where.js';
import { tumbling } from '../window/tumbling.js';
import { agg } from './agg.js';
import { aggregate } from './aggregate.js';

// A window that is open when the input ends gives its row at the very end, behind the last batch: what fails on that row
// is the user's, as anywhere else.

const Order = schema({ shop: utf8, cents: int32, at: timestamp });
type Orders = Flow<typeof Order.fields>;

const text = (cents: number): string => JSON.stringify({ shop: 'a', cents, at: 0 });

/** `times` batches of the same text: more records than anybody wants to keep. */
function repeated(value: string, perBatch: number, times: number): Source<typeof Order.fields> {
  const values = Array.from({ length: perBatch }, () => value);
  const batch = recordsOf(0, values);
  const end = perBatch * times;
  return {
    ...testSource('orders', Order, [[]]),
    open: async () => ({
      identity: 'test/orders',
      partitions: async () => [{ partition: 0, start: 0, end }],
      async read(_, position) {
        if (position >= end) return { kind: 'end' };
        const offsets = Float64Array.from(values, (_value, i) => position + i);
        return { kind: 'records', records: { ...batch, offsets, next: position + perBatch } };
      },
      arrival: async () => undefined,
      close: async () => undefined,
    }),
  };
}

function ending(source: Source<typeof Order.fields>, graph: (orders: Orders) => { readonly out: Flow<Fields> }) {
  const job = defineJob({ name: 'orders', sources: { live: source }, graph, sinks: { out: testSink('out') as never } });
  return run(job, { mode: 'live', report: false, batchRows: 65_536 });
}

const perMinute = (orders: Orders) =>
  orders.pipe(
    eventTime('at', { maxOutOfOrderness: '5s' }),
    aggregate({ window: tumbling('1m'), by: 'shop', compute: { cents: agg.sum('cents') }, name: 'turnover' }),
  );

test('a sum that is too large when the input ends fails the run by window, key and column', async () => {
  const batches = 2 ** 22 / 65_536 + 1;
  const ran = ending(repeated(text(2 ** 31 - 1), 65_536, batches), (orders) => ({ out: perMinute(orders) }));
  await expect(ran).rejects.toMatchObject({
    code: 'MILLRACE_SUM_OVERFLOW',
    data: {
      operator: 'aggregate "turnover"',
      column: 'cents',
      key: 'shop = "a"',
      window: '[1970-01-01T00:00:00.000Z, 1970-01-01T00:01:00.000Z)',
    },
  });
}, 60_000);

test("a row function behind a window that fails with onError: 'fail' when the input ends fails the run by its name", async () => {
  const refuse = (): boolean => {
    throw new Error('my own mistake');
  };
  const ran = ending(testSource('orders', Order, [[text(3), text(4)]]), (orders) => ({
    out: perMinute(orders).pipe(where(refuse, { onError: 'fail' })),
  }));
  await expect(ran).rejects.toMatchObject({ code: 'MILLRACE_ROW_FUNCTION', cause: { message: 'my own mistake' } });
});
