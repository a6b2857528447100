import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineJob, run, schema, start, timestamp, utf8, type RunResult } from '@millrace/core';
import { folder } from '@millrace/core/folder';
import { archive, lake, readRows } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { agg, aggregate, eventTime, tumbling } from '@millrace/operators';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sorted } from '../laws/pin-graph.js';
import { until } from '../until.js';

// Case 12 (c): the same records from a topic while they are written, from the topic once it has ended, and from Parquet
// files give the same rows. They go into tables of a lake, so what is compared was read back from Parquet, too.

const Event = schema({ k: utf8, t: timestamp });
type Event = typeof Event.fields;

/** `k` at these seconds. */
const seconds = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ k: 'k', t: new Date((from + i) * 1000) }));

const right = [
  "{ windowStart: 1970-01-01T00:00:00.000Z, windowEnd: 1970-01-01T00:01:00.000Z, k: 'k', n: 120 }",
  "{ windowStart: 1970-01-01T00:01:00.000Z, windowEnd: 1970-01-01T00:02:00.000Z, k: 'k', n: 60 }",
];

let root: string;
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'millrace-case-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

const place = () => memory({ folder: join(root, 'data'), clock: () => 0 });
const topic = () => place().topic('events', Event, { partitions: 2 });
const tables = (name: string) => lake({ root: join(root, name) });

/** The job, with tables, lateness and checkpoints under a name of their own. */
function job(name: string) {
  return defineJob({
    name: 'case-12',
    sources: { live: topic(), replay: tables('archive').table('events', Event) },
    graph: (events) => {
      const timed = events.pipe(eventTime('t', { maxOutOfOrderness: '0s' }));
      const compute = { n: agg.count() };
      return { timed, minutes: timed.pipe(aggregate({ window: tumbling('60s'), by: 'k', compute })) };
    },
    sinks: {
      timed: tables(name).table('timed'),
      minutes: tables(name).table('minutes'),
      late: place().list(`${name} late`),
    },
    checkpoints: folder(join(root, `${name} checkpoints`)),
  });
}

/** Runs the job while its records are written: p0 far ahead of p1, and what has come to p1 read before more comes. */
async function whileWritten(): Promise<RunResult> {
  const handle = start(job('live'), { mode: 'live', report: false, checkpointEvery: '1ms', maxHeld: 50, batchRows: 7 });
  const positionOfP1 = (): number => handle.metrics().sources['events']?.partitions[1]?.position ?? 0;
  await topic().append(seconds(0, 120).map((value) => ({ partition: 0, value })));
  for (let at = 0; at < 60; at += 20) {
    await topic().append(seconds(at, at + 20).map((value) => ({ partition: 1, value })));
    await until(() => positionOfP1() >= at + 20);
  }
  await topic().end();
  return handle.done;
}

async function rowsOf(name: string, table: string): Promise<readonly string[]> {
  const rows: object[] = [];
  for await (const row of readRows(tables(name).table(table))) rows.push(row);
  return sorted(rows);
}

test('case 12 (c): a topic while it is written, the same once it has ended, and Parquet files give the same rows', async () => {
  const live = await whileWritten();
  expect(live.checkpoint).toBeGreaterThan(2);
  const bounded = await run(job('bounded'), { mode: 'live', report: false, tasks: 2 });
  await run(archive({ from: topic(), to: tables('archive').table('events', Event), flushRows: 50 }), {
    mode: 'live',
    report: false,
  });
  const replay = await run(job('replay'), { mode: 'replay', report: false });

  expect(await rowsOf('live', 'minutes')).toEqual(right);
  const timed = await rowsOf('live', 'timed');
  expect(timed).toHaveLength(180);
  for (const [name, { outputs }] of Object.entries({ live, bounded, replay })) {
    expect(await rowsOf(name, 'minutes'), name).toEqual(right);
    expect(await rowsOf(name, 'timed'), name).toEqual(timed);
    expect(await place().list(`${name} late`).rows(), name).toEqual([]);
    // The digest is made of the bytes of the rows.
    expect(outputs, name).toEqual(live.outputs);
  }
});
