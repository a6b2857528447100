import {
  defineJob,
  memoryStore,
  nullable,
  run,
  schema,
  start,
  timestamp,
  utf8,
  type Fields,
  type Flow,
  type Schema,
} from '@millrace/core';
import { archive, lake } from '@millrace/connectors/lake';
import { memory, type MemoryTopic, type TopicRecord } from '@millrace/connectors/memory';
import { virtualClock } from '@millrace/core/testing';
import { agg, aggregate, eventTime, tumbling, withMetadata } from '@millrace/operators';
import { expect, test } from 'vitest';
import { until } from '../until.js';

// Cases about single records, as whole jobs on a topic: what is counted, what is put aside and why.

interface Place<F extends Fields> {
  readonly topic: MemoryTopic<F>;
  /** Counts of the windows, as `key [start,end) = n` in seconds, and what was put aside. */
  readonly windows: () => Promise<readonly string[]>;
  readonly late: () => Promise<readonly unknown[]>;
  readonly rejected: () => Promise<readonly string[]>;
  readonly job: ReturnType<typeof defineJob>;
}

type Counted = Flow<{ readonly windowStart: typeof timestamp; readonly windowEnd: typeof timestamp }>;

function place<F extends Fields>(
  shape: Schema<F>,
  graph: (flow: Flow<F>) => Counted,
  { topic = memory().topic('events', shape), replay }: { topic?: MemoryTopic<F>; replay?: object } = {},
): Place<F> {
  const { list } = memory();
  const job = defineJob({
    name: 'case',
    sources: { live: topic, ...(replay === undefined ? {} : { replay: replay as never }) },
    graph: (flow: Flow<F>) => ({ windows: graph(flow) }),
    sinks: { windows: list('windows'), late: list('late'), rejected: list('rejected') },
    checkpoints: memoryStore(),
  });
  return {
    topic,
    job,
    late: () => list('late').rows(),
    async windows() {
      const second = (value: unknown): number => (value as Date).getTime() / 1000;
      return (await list('windows').rows()).map(({ key, windowStart, windowEnd, n }) => {
        return `${(key as string | undefined) ?? ''}[${second(windowStart)},${second(windowEnd)}) = ${n as number}`;
      });
    },
    async rejected() {
      const rows = [...(await list('rejected').rows())].sort((a, b) => Number(a['offset']) - Number(b['offset']));
      return rows.map(({ offset, code, field }) => `${Number(offset)} ${code as string} ${field as string}`);
    },
  };
}

const compute = { n: agg.count() };
const quiet = { mode: 'live', report: false } as const;

const Timed = schema({ ts: timestamp });
const tenSeconds = (flow: Flow<typeof Timed.fields>) =>
  flow.pipe(eventTime('ts', { maxOutOfOrderness: '5s' }), aggregate({ window: tumbling('10s'), compute }));

test('case 9: a record from the future is put aside, live and in a replay a year later', async () => {
  const ten = Date.parse('2026-09-13T10:00:00Z');
  const minute = 60_000;
  const honest = [10_000, 65_000, ...Array.from({ length: 10 }, (_, i) => (2 + i) * minute + 10_000)];
  const at = (ts: number, brokerTime: number): TopicRecord<typeof Timed.fields> => ({
    value: { ts: new Date(ts) },
    brokerTime,
  });
  const records = honest.map((time) => at(ten + time, ten + time + 2000));
  records.splice(2, 0, at(Date.parse('2026-09-14T10:01:00Z'), ten + 2 * minute + 3000));
  const graph = (flow: Flow<typeof Timed.fields>) =>
    flow.pipe(
      eventTime('ts', { maxOutOfOrderness: '60s', maxAhead: '5m' }),
      aggregate({ window: tumbling('1m'), compute }),
    );

  const live = place(Timed, graph);
  await live.topic.append(records);
  await live.topic.end();
  const table = lake({ root: memoryStore() }).table('events', Timed);
  await run(archive({ from: live.topic, to: table }), quiet);
  const replay = place(Timed, graph, { topic: live.topic, replay: table });
  const clock = virtualClock(1);
  clock.advance(ten + 365 * 86_400_000);
  await run(live.job, quiet);
  await run(replay.job, { mode: 'replay', report: false, clock });

  const start = ten / 1000;
  const twelve = Array.from({ length: 12 }, (_, i) => `[${start + i * 60},${start + i * 60 + 60}) = 1`);
  for (const each of [live, replay]) {
    expect(await each.windows()).toEqual(twelve);
    expect(await each.late()).toEqual([]);
    expect(await each.rejected()).toEqual(['2 MILLRACE_TIME_AHEAD ts']);
  }
});

test('case 10: null, missing and unreadable times are put aside, and −1 is a time', async () => {
  const { topic, job, windows, rejected, late } = place(Timed, tenSeconds);
  await topic.send(['{"ts":1000}', '{"ts":null}', '{}', '{"ts":"2026-13-45T00:00:00Z"}', '{"ts":-1}']);
  const handle = start(job, quiet);
  const partition = () => handle.metrics().sources['events']?.partitions[0];
  await until(() => partition()?.position === 5);
  expect(partition()?.watermarks).toEqual({ 'eventTime(ts)': -4000 });
  await topic.end();
  await handle.done;
  expect(await windows()).toEqual(['[-10,0) = 1', '[0,10) = 1']);
  expect(await rejected()).toEqual(['1 MILLRACE_DECODE_NULL ts', '2 MILLRACE_DECODE_MISSING ts', '3 MILLRACE_DECODE_TIMESTAMP ts']); // prettier-ignore
  expect(await late()).toEqual([]);
});

test('case 10 (b): by the time of the broker, −1 is no time', async () => {
  const Empty = schema({ v: nullable(utf8) });
  const { topic, job, windows, rejected } = place(Empty, (flow) =>
    flow.pipe(
      withMetadata({ brokerTime: 'arrived' }),
      eventTime('arrived', { maxOutOfOrderness: '5s' }),
      aggregate({ window: tumbling('10s'), compute }),
    ),
  );
  await topic.append([1000, -1].map((brokerTime) => ({ value: '{}', brokerTime })));
  await topic.end();
  await run(job, quiet);
  expect(await windows()).toEqual(['[0,10) = 1']);
  expect(await rejected()).toEqual(['1 MILLRACE_TIME_NULL arrived']);
});

test("case 10: with onError: 'fail' the run stops at offset 1, and nothing beyond offset 0 is committed", async () => {
  const Nullable = schema({ ts: nullable(timestamp) });
  const { topic, job, windows } = place(Nullable, (flow) =>
    flow.pipe(
      eventTime('ts', { maxOutOfOrderness: '5s', onError: 'fail' }),
      aggregate({ window: tumbling('10s'), compute }),
    ),
  );
  await topic.send(['{"ts":1000}', '{"ts":null}', '{"ts":20000}']);
  await topic.end();
  const options = { ...quiet, batchRows: 1, checkpointEvery: '1ms' } as const;
  const failed = { code: 'MILLRACE_TIME_NULL', data: { field: 'ts', partition: 0, offset: 1 } };
  await expect(run(job, options)).rejects.toMatchObject(failed);
  // It goes on from what was committed, and so meets the same record again.
  await expect(run(job, options)).rejects.toMatchObject(failed);
  expect(await windows()).toEqual([]);
});

test('case 19 (b): keys that differ in a lone surrogate are one key, and both were mended', async () => {
  const Keyed = schema({ key: utf8, ts: timestamp });
  const { topic, job, windows } = place(Keyed, (flow) =>
    flow.pipe(eventTime('ts', { maxOutOfOrderness: '5s' }), aggregate({ window: tumbling('10s'), by: 'key', compute })),
  );
  const keys = ['\\ud83d', '\\ud83e', 'x\\u0000y', '\\ud83d\\ude00', '\\\\u0000'];
  await topic.send(keys.map((key) => `{"key":"${key}","ts":0}`));
  await topic.end();
  const handle = start(job, { ...quiet, tasks: 1 });
  await handle.done;
  const counted = ['\\u0000', 'x\u0000y', '\ufffd', '😀'].map((key) => `${key}[0,10) = ${key === '\ufffd' ? 2 : 1}`);
  expect([...(await windows())].sort()).toEqual(counted.sort());
  expect(handle.metrics().sources['events']?.repaired).toBe(2);
});

test('case 21 (b): a record over the limit is put aside as it came, with its size, and what stands behind it comes', async () => {
  const Keyed = schema({ key: utf8, ts: timestamp });
  const list = memory().list('rejected');
  const { topic, job, windows, late } = place(Keyed, (flow) =>
    flow.pipe(eventTime('ts', { maxOutOfOrderness: '5s' }), aggregate({ window: tumbling('10s'), by: 'key', compute })),
  );
  const value = (key: string, bytes: number): string => `{"key":"${key}","ts":0,"filler":"${'x'.repeat(bytes)}"}`;
  const tooLarge = value('o1', 16 * 1024 * 1024);
  await topic.send([value('o0', 1024), tooLarge, value('o2', 2 * 1024 * 1024), value('o3', 1024)]);
  await topic.end();
  const { ledger } = await run(job, { ...quiet, sinks: { rejected: list } });
  expect(await windows()).toEqual(['o0[0,10) = 1', 'o2[0,10) = 1', 'o3[0,10) = 1']);
  const rejected = await list.rows();
  expect(rejected).toMatchObject([{ partition: 0, offset: 1n, code: 'MILLRACE_DECODE_TOO_LARGE' }]);
  expect(rejected[0]!['sentence']).toBe(`The value has ${tooLarge.length} bytes, and at most 16777216 are read.`);
  expect(Buffer.compare(rejected[0]!['value'] as Uint8Array, Buffer.from(tooLarge))).toBe(0);
  expect(await late()).toEqual([]);
  expect(ledger['source(events)']).toMatchObject({ in: 4, taken: 3, rejected: 1 });
});

test('case 21 (c): where every record is more than may wait, they pass one at a time', async () => {
  const { topic, job, windows } = place(Timed, tenSeconds, { topic: memory().topic('events', Timed, { partitions: 2 }) }); // prettier-ignore
  const value = (second: number): string => JSON.stringify({ ts: second * 1000, filler: 'x'.repeat(1 << 16) });
  await topic.append([0, 1].flatMap((partition) => [0, 9, 30, 31].map((t) => ({ partition, value: value(t) }))));
  await topic.end();
  await run(job, { ...quiet, maxHeld: 1, batchRows: 1 });
  expect(await windows()).toEqual(['[0,10) = 4', '[30,40) = 4']);
});
