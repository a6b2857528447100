import { defineJob, memoryStore, run, schema, start, timestamp, utf8, type Job, type RunOptions } from '@millrace/core';
import { archive, lake, readRows } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { agg, aggregate, eventTime, tumbling } from '@millrace/operators';
import { beforeEach, expect, test } from 'vitest';
import { until } from '../until.js';

// A replay has swapped its results in and has closed its windows. What the error of the next hand-off advises has to be a
// way on, and so has everything else that says to begin anew.

const View = schema({ page: utf8, at: timestamp });

let place: ReturnType<typeof memory>;
let tables: ReturnType<typeof lake>;
let job: (results?: string) => Job;

beforeEach(async () => {
  place = memory();
  tables = lake({ root: memoryStore() });
  const checkpoints = memoryStore();
  job = (results = 'minutes') =>
    defineJob({
      name: 'views',
      sources: { live: topic(), replay: tables.table('views', View) },
      graph: (views) => ({
        minutes: views.pipe(
          eventTime('at', { maxOutOfOrderness: '5s' }),
          aggregate({ window: tumbling('1m'), by: 'page', compute: { views: agg.count() } }),
        ),
      }),
      sinks: { minutes: tables.table(results) },
      checkpoints,
    });
  await topic().send([view(1), view(20), view(65)]);
  await stoppedAfter(archive({ from: topic(), to: tables.table('views', View) }), 3);
  await run(job(), { ...replace, report: false });
  expect(await minutes()).toEqual(['0: 2', '1: 1']);
});

const topic = () => place.topic('views', View);
const view = (second: number) => ({ page: '/', at: new Date(second * 1000) });
const replace = { mode: 'replay', publish: 'replace' } as const;
const both = (more: Partial<RunOptions> = {}) => run(job(), { mode: 'both', report: false, ...more });

async function minutes(results = 'minutes'): Promise<readonly string[]> {
  const rows: string[] = [];
  for await (const { windowStart, views } of readRows(tables.table(results))) {
    rows.push(`${(windowStart as Date).getTime() / 60_000}: ${String(views)}`);
  }
  return rows.sort();
}

async function stoppedAfter(job: Job, records: number): Promise<void> {
  const handle = start(job, { mode: 'live', report: false });
  const read = (): number => Object.values(handle.metrics().sources).reduce((sum, { records }) => sum + records.in, 0);
  await until(() => read() >= records);
  await handle.stop();
}

test('the hand-off is refused, and goes on live by what the error says', async () => {
  const refused: unknown = await both().catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'MILLRACE_LINEAGE_COMPLETE' });
  const advice = "lineage: 'new', publish: 'replace' and atEnd: 'hold', then go on with mode: 'both'";
  expect((refused as Error).message).toContain(advice);
  await run(job(), { ...replace, lineage: 'new', atEnd: 'hold', report: false });
  await topic().send([view(70), view(130)]);
  await topic().end();
  for (const atEnd of ['hold', 'flush'] as const) await both({ atEnd });
  expect(await minutes()).toEqual(['0: 2', '1: 2', '2: 1']);
});

test('a new history of the hand-off takes the results over, and the next hand-off goes on with it', async () => {
  await topic().send([view(70)]);
  await topic().end();
  const anew = { lineage: 'new', publish: 'replace' } as const;
  for (let i = 0; i < 2; i++) {
    await both(anew);
    expect(await minutes()).toEqual(['0: 2']);
  }
  await both({ atEnd: 'flush' });
  expect(await minutes()).toEqual(['0: 2', '1: 2']);
  await expect(both()).rejects.toMatchObject({ code: 'MILLRACE_LINEAGE_COMPLETE' });
});

test('a new history of the hand-off may have results of its own; without, it is refused and leaves nothing', async () => {
  await expect(both({ lineage: 'new' })).rejects.toMatchObject({ code: 'MILLRACE_LINEAGE_FOREIGN' });
  await expect(both()).rejects.toMatchObject({ code: 'MILLRACE_LINEAGE_COMPLETE' });
  await topic().send([view(70)]);
  await topic().end();
  const apart = (more: Partial<RunOptions>) => run(job('apart'), { mode: 'both', report: false, ...more });
  await apart({ lineage: 'new' });
  expect(await minutes('apart')).toEqual(['0: 2']);
  await apart({ atEnd: 'flush' });
  expect(await minutes('apart')).toEqual(['0: 2', '1: 2']);
  expect(await minutes()).toEqual(['0: 2', '1: 1']);
});
