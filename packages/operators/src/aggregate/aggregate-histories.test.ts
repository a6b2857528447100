import { decimal, float64, nullable, schema, timestamp, utf8, type Flow } from '@millrace/core';
import { randomOf, seedOf, verify } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { eventTime } from '../event-time/event-time.js';
import { hopping } from '../window/hopping.js';
import { session } from '../window/session.js';
import { tumbling } from '../window/tumbling.js';
import { agg } from './agg.js';
import { aggregate } from './aggregate.js';

const Event = schema({ at: timestamp, key: nullable(utf8), x: nullable(float64), price: nullable(decimal(38, 2)) });

// Of 34 digits, so that sums fit, and go far past the first word.
const largest = '99999999999999999999999999999999.99';

const graph = (events: Flow<typeof Event.fields>) => {
  const timed = events.pipe(eventTime('at', { maxOutOfOrderness: '2s' }));
  const perTen = timed.pipe(
    aggregate({
      window: tumbling('10s'),
      by: 'key',
      compute: { rows: agg.count(), x: agg.sum('x'), price: agg.sum('price'), last: agg.last('x') },
      name: 'per ten',
    }),
  );
  return {
    perTen,
    perMinute: perTen.pipe(
      aggregate({
        window: tumbling('1m'),
        by: 'key',
        compute: { rows: agg.sum('rows'), price: agg.sum('price'), first: agg.first('x') },
      }),
    ),
    sliding: timed.pipe(
      aggregate({ window: hopping('30s', '10s'), compute: { mean: agg.mean('x'), price: agg.sum('price') } }),
    ),
    visits: timed.pipe(
      aggregate({
        window: session('3s'),
        by: 'key',
        compute: { rows: agg.count(), top: agg.max('x'), price: agg.sum('price') },
      }),
    ),
    totals: timed.pipe(aggregate({ by: 'key', compute: { rows: agg.count(), x: agg.sum('x'), price: agg.sum('price'), last: agg.last('at') } })), // prettier-ignore
  };
};

test('live, in pieces, by several tasks and through crashes: the same rows, ledgers and digests (law 2)', async () => {
  const random = randomOf(seedOf());
  const partitions = [0, 1, 2].map(() => {
    let now = 0;
    return Array.from({ length: 150 }, () => {
      now += random.below(2000);
      const at = now - random.below(2500);
      const key = random.pick(['a', 'b', 'c', null]);
      const price = random.pick([null, '0.10', '0.20', '-1.00', largest, `-${largest}`]);
      return JSON.stringify({
        at,
        key,
        price,
        x: random.pick([null, 0.1, 0.2, 0.3, 1e16, -1e16, random.below(1000) / 7]),
      });
    });
  });
  const { crashes } = await verify({ inputs: Event, graph, records: partitions, histories: 12 });
  expect(Object.entries(crashes).filter(([, count]) => count === 0)).toEqual([]);
}, 120_000);
