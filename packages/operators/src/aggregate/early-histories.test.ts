import { nullable, schema, timestamp, utf8, type Flow } from '@millrace/core';
import { randomOf, seedOf, verify } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { eventTime } from '../event-time/event-time.js';
import { where } from '../transform/where.js';
import { hopping } from '../window/hopping.js';
import { tumbling } from '../window/tumbling.js';
import { agg } from './agg.js';
import { aggregate } from './aggregate.js';

const Event = schema({ at: timestamp, key: nullable(utf8) });

test('early rows change nothing, by whatever tasks, batches and crashes: rows, ledgers and digests are the reference’s', async () => {
  const random = randomOf(seedOf());
  const partitions = Array.from({ length: 3 }, () => {
    let now = 1_000_000;
    return Array.from({ length: 60 }, () => {
      now += random.below(2000);
      return JSON.stringify({ at: now - random.below(2500), key: random.pick(['a', 'b', null]) });
    });
  });
  let asked = 0;
  const graph = (events: Flow<typeof Event.fields>) => {
    const timed = events.pipe(eventTime('at', { maxOutOfOrderness: '2s' }));
    const minutes = timed.pipe(
      aggregate({ window: tumbling('30s'), by: 'key', compute: { rows: agg.count() }, early: '5ms' }),
    );
    return {
      minutes,
      large: minutes.pipe(
        where(({ rows }) => {
          asked++;
          return rows > 2;
        }),
      ),
      nested: minutes.pipe(aggregate({ window: tumbling('2m'), compute: { rows: agg.sum('rows') } })),
      sliding: timed.pipe(
        aggregate({ window: hopping('40s', '10s'), compute: { first: agg.first('at') }, early: '20ms' }),
      ),
    };
  };
  const { result, histories, crashes } = await verify({ inputs: Event, graph, records: partitions, histories: 12 });
  // Else nothing was shown, and nothing proved: final rows are asked about once in each history, and again after a crash.
  const ended = Object.values(crashes).reduce((sum, count) => sum + count, histories);
  expect(asked).toBeGreaterThan(2 * ended * result.outputs['minutes']!.rows);
});
