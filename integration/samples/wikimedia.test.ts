import { bool, float64, int64, nullable, schema, struct, timestamp, utf8, type Flow } from '@millrace/core';
import { agg, aggregate, dedup, eventTime, mapRows, tumbling, where } from '@millrace/operators';
import { expect, test } from 'vitest';
import { runSample } from './run-sample.js';

// Recent changes of wikis: nested, with test records of the domain "canary", two times that differ, and the same
// change in two topics.

const Change = schema({
  meta: struct({ id: utf8, dt: timestamp, domain: utf8 }),
  type: utf8,
  timestamp: int64,
  bot: bool,
  length: nullable(struct({ old: nullable(float64), new: nullable(float64) })),
  wiki: utf8,
});
type Change = typeof Change.fields;
const Edit = schema({ id: utf8, dt: timestamp, second: timestamp, wiki: utf8, bytes: nullable(float64) });

const edits = (changes: Flow<Change>) =>
  changes.pipe(
    where(({ meta }) => meta.domain !== 'canary'),
    mapRows(Edit, ({ meta, length, wiki, timestamp: seconds }) => ({
      id: meta.id,
      dt: meta.dt,
      second: new Date(Number(seconds) * 1000),
      wiki,
      bytes: length === null ? null : (length.new ?? 0) - (length.old ?? 0),
    })),
  );

const perMinute = (field: 'dt' | 'second') => (changes: Flow<Change>) => ({
  minutes: edits(changes).pipe(
    eventTime(field, { maxOutOfOrderness: '30s' }),
    dedup({ by: 'id', within: '1h' }),
    aggregate({ window: tumbling('1m'), by: 'wiki', compute: { edits: agg.count(), bytes: agg.sum('bytes') } }),
  ),
});

const eqiad = [
  '{"meta":{"id":"m1","dt":"2026-04-07T10:57:48.160Z","domain":"en.wikipedia.org","topic":"eqiad.rc","partition":0,"offset":100},"id":11,"type":"edit","timestamp":1775559467,"user":"U1","bot":false,"length":{"old":100,"new":150},"revision":{"old":1,"new":2},"wiki":"enwiki"}',
  '{"meta":{"id":"m2","dt":"2026-04-07T10:57:59Z","domain":"en.wikipedia.org","topic":"eqiad.rc","partition":0,"offset":101},"id":12,"type":"new","timestamp":1775559479,"user":"U2","bot":false,"length":{"new":40},"revision":{"new":3},"wiki":"enwiki"}',
  '{"meta":{"id":"m3","dt":"2026-04-07T10:57:59.500Z","domain":"de.wikipedia.org","topic":"eqiad.rc","partition":0,"offset":102},"type":"log","log_type":"block","log_params":[],"timestamp":1775559479,"user":"U3","bot":false,"wiki":"dewiki"}',
  '{"meta":{"id":"c1","dt":"2026-04-07T10:57:30Z","domain":"canary","topic":"eqiad.rc","partition":0,"offset":103},"id":1,"type":"edit","timestamp":1775559450,"user":"x","bot":false,"length":{"old":0,"new":9999},"wiki":"enwiki"}',
  '{"meta":{"id":"m4","dt":"2026-04-07T10:58:00.000Z","domain":"en.wikipedia.org","topic":"eqiad.rc","partition":0,"offset":104},"id":13,"type":"edit","timestamp":1775559479,"user":"Bot1","bot":true,"length":{"old":10,"new":4},"revision":{"old":5,"new":6},"wiki":"enwiki"}',
];
const codfw = [
  '{"meta":{"id":"m1","dt":"2026-04-07T10:57:48.160Z","domain":"en.wikipedia.org","topic":"codfw.rc","partition":0,"offset":100},"id":11,"type":"edit","timestamp":1775559467,"user":"U1","bot":false,"length":{"old":100,"new":150},"revision":{"old":1,"new":2},"wiki":"enwiki"}',
];

function minutesOf(rows: readonly { readonly [field: string]: unknown }[]): string[] {
  return rows
    .map((row) => {
      const start = (row['windowStart'] as Date).toISOString().slice(11, 16);
      return `${start} ${String(row['wiki'])} ${String(row['edits'])} ${String(row['bytes'])}`;
    })
    .sort();
}

test('changes and bytes per wiki and minute: one canary and one repeat are left out', async () => {
  const { rows, late, rejected, ledger } = await runSample(Change, perMinute('dt'), [eqiad, codfw]);
  expect(minutesOf(rows.minutes)).toEqual(['10:57 dewiki 1 null', '10:57 enwiki 2 90', '10:58 enwiki 1 -6']);
  expect([late, rejected]).toEqual([[], []]);
  expect(ledger['minutes/where']).toMatchObject({ in: 6, taken: 5, filtered: 1 });
  expect(ledger['minutes/dedup(id)']).toMatchObject({ in: 5, taken: 4, duplicate: 1 });
});

test('by the other time the last change falls into the minute before', async () => {
  const { rows } = await runSample(Change, perMinute('second'), [eqiad, codfw]);
  expect(minutesOf(rows.minutes)).toEqual(['10:57 dewiki 1 null', '10:57 enwiki 3 84']);
});
