import { defineJob, int32, memoryStore, run, schema, timestamp, utf8, type ObjectStore } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { agg, aggregate, dedup, eventTime, session, tumbling } from '@millrace/operators';
import { tableFromIPC } from 'apache-arrow';
import { expect, test } from 'vitest';

const Pin = schema({ id: utf8, category: utf8, followers: int32, at: timestamp });

/** The state files of a store as plain rows, by operator and table. Nothing of Millrace reads them. */
async function stateRows(store: ObjectStore): Promise<Record<string, Record<string, unknown>[]>> {
  const tables: Record<string, Record<string, unknown>[]> = {};
  for await (const { key } of store.list('')) {
    const name = /\/state\/\d+-[0-9a-f]+-(.*)-0-([a-z]+)\.arrow$/.exec(key);
    if (name === null) continue;
    const rows = tableFromIPC(await store.get(key)).toArray() as { toJSON(): Record<string, unknown> }[];
    tables[`${decodeURIComponent(name[1]!)} ${name[2]!}`] = rows.map((row) => row.toJSON());
  }
  return tables;
}

test('law 5: the state of every operator is an Arrow table that plain apache-arrow reads', async () => {
  const place = memory();
  const store = memoryStore();
  const topic = place.topic('pins', Pin);
  await topic.send([
    { id: 'a', category: 'art', followers: 5, at: new Date(1000) },
    { id: 'b', category: 'art', followers: 7, at: new Date(2000) },
    { id: 'c', category: 'diy', followers: 9, at: new Date(9000) },
  ]);
  await topic.end();
  const job = defineJob({
    name: 'pins',
    sources: { live: topic },
    graph: (raw) => {
      const pins = raw.pipe(eventTime('at', { maxOutOfOrderness: '5s' }), dedup({ by: 'id', within: '1h' }));
      const compute = { pins: agg.count(), most: agg.max('followers') } as const;
      return {
        minutes: pins.pipe(aggregate({ window: tumbling('1m'), by: 'category', compute })),
        visits: pins.pipe(aggregate({ window: session('3s'), by: 'category', compute })),
        totals: pins.pipe(aggregate({ by: 'category', compute })),
      };
    },
    sinks: {
      minutes: place.list('minutes'),
      visits: place.list('visits'),
      totals: place.view('totals', { key: ['category'] }),
    },
    checkpoints: store,
  });
  // Windows stay open, and the last pin waits in dedup for the watermark.
  await run(job, { mode: 'live', atEnd: 'hold', report: false });
  const art = { 'by/category': 'art', 'compute/pins/count': 2, 'compute/most/value': 7 };
  const tables = await stateRows(store);
  expect(tables).toMatchObject({
    'minutes/eventTime(at) partitions': [{ source: 'pins', partition: 0, max: 9000, watermark: 4000 }],
    'minutes/dedup(id) keys': [{ time: 1000 }, { time: 2000 }],
    'minutes/dedup(id) held': [{ 'row.id': 'c', 'row.category': 'diy', 'row.followers': 9, time: 9000 }],
    'minutes/aggregate(category) slices': [{ sliceStart: 0, ...art }],
    'visits/aggregate(category) windows': [{ windowStart: 1000, windowEnd: 5000, ...art }],
    'totals/aggregate(category) groups': [art],
  });
  // By the group of a row another number of tasks finds what is its own.
  for (const rows of Object.values(tables)) {
    for (const row of rows) expect(row['group']).toEqual(expect.any(Number));
  }
});
