import { join } from 'node:path';
import {
  binary,
  bool,
  decimal,
  defineJob,
  float64,
  int32,
  int64,
  list,
  nullable,
  schema,
  struct,
  timestamp,
  utf8,
  type Flow,
} from '@millrace/core';
import { folder as store } from '@millrace/core/folder';
import { lake, type ArchiveTable } from '@millrace/connectors/lake';
import { memory, type Memory, type MemoryTopic, type TopicRecord } from '@millrace/connectors/memory';
import { agg, aggregate, dedup, eventTime, hopping, session, tumbling } from '@millrace/operators';

// What the fixtures are made by and read with. It may not change as long as there is a fixture of it: a changed graph has
// other state. What a later release adds to the formats gets a job of its own beside this one.

/** Every kind of column. */
export const Event = schema({
  id: nullable(utf8),
  at: timestamp,
  n: int32,
  big: int64,
  x: nullable(float64),
  fare: decimal(10, 2),
  ok: bool,
  raw: binary,
  tags: list(utf8),
  place: nullable(struct({ lat: float64, note: nullable(utf8) })),
});
export type Event = typeof Event.fields;

const compute = {
  events: agg.count(),
  sum: agg.sum('x'),
  mean: agg.mean('n'),
  least: agg.min('fare'),
  most: agg.max('big'),
  first: agg.first('id'),
  last: agg.last('tags'),
};

/** Every operator with state, and every way of windows. */
function graph(events: Flow<Event>) {
  const timed = events.pipe(eventTime('at', { maxOutOfOrderness: '5s' }));
  const kept = timed.pipe(dedup({ by: 'id', within: '30s' }));
  return {
    kept,
    table: kept,
    out: kept,
    minutes: kept.pipe(aggregate({ window: tumbling('1m'), by: 'ok', compute })),
    sliding: timed.pipe(aggregate({ window: hopping('1m', '20s'), by: 'ok', compute })),
    sessions: timed.pipe(aggregate({ window: session('9s'), by: 'id', compute })),
    totals: timed.pipe(aggregate({ by: 'id', compute })),
  };
}

/** Where everything lies in a folder. */
export function placesIn(folder: string): {
  readonly data: Memory;
  readonly topic: MemoryTopic<Event>;
  readonly archived: ArchiveTable<Event>;
} {
  // Records that name no time get the same one, wherever they are written.
  const data = memory({ folder: join(folder, 'data'), clock: () => Date.UTC(2026, 0, 5, 12) });
  const topic = data.topic('events', Event, { partitions: 2 });
  return { data, topic, archived: lake({ root: join(folder, 'lake') }).table('events', Event) };
}

/** The sinks of the job, in a folder. */
export function sinksIn(folder: string) {
  const { data } = placesIn(folder);
  return {
    kept: data.list('kept'),
    table: lake({ root: join(folder, 'lake') }).table('kept'),
    out: data.topic('out', { partitions: 2, keyedBy: 'id' }),
    minutes: data.view('minutes', { key: ['ok', 'windowStart'] }),
    sliding: data.list('sliding'),
    sessions: data.list('sessions'),
    totals: data.view('totals', { key: ['id'] }),
    late: data.list('late'),
    rejected: data.list('rejected'),
  };
}

/** The job, with all that it reads and writes in `folder`. */
export function jobIn(folder: string) {
  const { topic, archived } = placesIn(folder);
  return defineJob({
    name: 'formats',
    sources: { live: topic, replay: archived },
    graph,
    checkpoints: store(join(folder, 'checkpoints')),
    sinks: sinksIn(folder),
  });
}

const noon = Date.UTC(2026, 0, 5, 12);

/** Record `n` of the topic: repeats, disorder, one that is late, one that is torn and a tombstone among them. */
function record(n: number): TopicRecord<Event> {
  const place = { partition: n % 2, key: n % 3 === 0 ? null : `k${n % 5}`, brokerTime: noon + n * 4000 + 100 };
  if (n === 11) return { ...place, value: '{"id":"torn' };
  if (n === 13 || n === 29) return { ...place, value: null };
  const time = noon + n * 4000 - (n % 5 === 3 ? 3000 : 0) - (n === 17 || n === 33 ? 60_000 : 0);
  return {
    ...place,
    ...(n % 4 === 0 ? { headers: [['trace', new Uint8Array([n, 255])] as const] } : {}),
    value: {
      id: n % 8 === 6 ? null : `e${n % 7}`,
      at: new Date(time),
      n: n - 20,
      big: 9007199254740993n + BigInt(n),
      x: n % 6 === 0 ? null : n / 10,
      fare: `${n}.05`,
      ok: n % 3 === 0,
      raw: new Uint8Array([0, n, 255]),
      tags: n % 4 === 1 ? [] : [`t${n % 3}`, 'ünïcode'],
      place: n % 5 === 0 ? null : { lat: n / 3, note: n % 2 === 0 ? null : `note ${n}` },
    },
  };
}

const records = (from: number, to: number): TopicRecord<Event>[] =>
  Array.from({ length: to - from }, (_, i) => record(from + i));

/** What two writers have appended before a release was left, and what comes after it. */
export const before: readonly (readonly TopicRecord<Event>[])[] = [records(0, 12), records(12, 24)];
export const after: readonly TopicRecord<Event>[] = records(24, 44);
