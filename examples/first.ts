import { defineJob, run, schema, utf8 } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { agg, aggregate, clean, dedup, eventTime, text, tumbling } from '@millrace/operators';

const posted = memory().rows(schema({ id: utf8, likes: utf8, time: utf8 }), [
  { id: 'a', likes: '124k', time: '2026-01-05 12:00:01' },
  { id: 'b', likes: '422', time: '2026-01-05 12:01:09' },
  { id: 'b', likes: '422', time: '2026-01-05 12:01:10' }, // a duplicate
  { id: 'c', likes: '3k', time: '2026-01-05 12:00:40' }, // late
  { id: 'd', likes: 'many', time: '2026-01-05 12:01:20' }, // dirty
]);
const popularity = defineJob({
  name: 'popularity',
  sources: { live: posted },
  graph: (pins) => ({
    minutes: pins.pipe(
      clean({ likes: text().abbreviatedNumber(), time: text().timestamp({ zone: 'UTC' }) }),
      eventTime('time', { maxOutOfOrderness: '5s' }),
      dedup({ by: 'id', within: '1h' }),
      aggregate({ window: tumbling('1m'), compute: { pins: agg.count(), likes: agg.sum('likes') } }),
    ),
  }),
  sinks: { minutes: memory().print() },
});
await run(popularity, { mode: 'live' });
