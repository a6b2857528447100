import { defineJob, run, schema, utf8 } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { agg, aggregate, clean, dedup, eventTime, text, tumbling } from '@millrace/operators';

const Pin = schema({ id: utf8, category: utf8, followers: utf8, time: utf8 });

const local = memory();
const posted = local.rows(Pin, [
  { id: 'a', category: 'travel', followers: '124k', time: '2026-01-05 12:00:01' },
  { id: 'b', category: 'art', followers: '422', time: '2026-01-05 12:00:03' },
  { id: 'c', category: 'travel', followers: 'User Info Error', time: '2026-01-05 12:00:02' },
  { id: 'b', category: 'art', followers: '422', time: '2026-01-05 12:00:09' }, // a duplicate
  { id: 'd', category: 'travel', followers: '15M', time: '2026-01-05 12:00:40' },
  { id: 'e', category: 'art', followers: '0', time: '2026-01-05 12:00:58' },
  { id: 'f', category: 'travel', followers: '6k', time: '2026-01-05 12:01:04' },
  { id: 'g', category: 'art', followers: '51k', time: '2026-01-05 12:00:30' }, // late
  { id: 'h', category: 'art', followers: 'many', time: '2026-01-05 12:01:05' }, // dirty
  { id: 'i', category: 'travel', followers: '35k', time: '2026-01-05 12:01:30' },
]);

const popularity = defineJob({
  name: 'popularity',
  sources: { live: posted },
  graph: (pins) => ({
    popularity: pins.pipe(
      clean({
        followers: text().nullIf('User Info Error').abbreviatedNumber(),
        time: text().timestamp({ zone: 'UTC' }),
      }),
      eventTime('time', { maxOutOfOrderness: '5s' }),
      dedup({ by: 'id', within: '1h' }),
      aggregate({
        window: tumbling('1m'),
        by: 'category',
        compute: { pins: agg.count(), followers: agg.sum('followers') },
      }),
    ),
  }),
  sinks: { popularity: local.print() },
});

await run(popularity, { mode: 'live' });
