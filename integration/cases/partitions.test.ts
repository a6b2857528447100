import { defineJob, int32, memoryStore, run, schema, start, timestamp, utf8, type JobHandle } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { agg, aggregate, eventTime, tumbling } from '@millrace/operators';
import { expect, test } from 'vitest';
import { until } from '../until.js';

// Cases about partitions, as whole jobs: empty ones, ones with gaps, and one that is added while the job runs.

const Event = schema({ key: utf8, v: int32, t: timestamp });
const at = (second: number, key = 'k', v = 1) => ({ key, v, t: new Date(second * 1000) });

function place(partitions: number) {
  const { topic: topicOf, list } = memory();
  const topic = topicOf('events', Event, { partitions });
  const job = defineJob({
    name: 'case',
    sources: { live: topic },
    graph: (events) => {
      const timed = events.pipe(eventTime('t', { maxOutOfOrderness: '0s' }));
      const compute = { n: agg.count() };
      return { timed, windows: timed.pipe(aggregate({ window: tumbling('60s'), by: 'key', compute })) };
    },
    sinks: { timed: list('timed'), windows: list('windows'), late: list('late') },
    checkpoints: memoryStore(),
  });
  const windows = async () =>
    (await list('windows').rows()).map(({ key, windowStart, n }) => {
      return `${key as string} ${(windowStart as Date).getTime() / 1000} ${n as number}`;
    });
  return { topic, job, windows, timed: () => list('timed').rows(), late: () => list('late').rows() };
}

const positions = (handle: JobHandle): object =>
  Object.fromEntries(
    (handle.metrics().sources['events']?.partitions ?? []).map(({ partition, position }) => [partition, position]),
  );
const watermark = (handle: JobHandle): number => handle.metrics().outputs['windows']?.watermark ?? -Infinity;

test('case 24 (a): partitions that were never written, or emptied, hold nothing back', async () => {
  const { topic, job, windows } = place(3);
  await topic.append([0, 1, 61].map((second) => ({ partition: 0, value: at(second) })));
  await topic.append([{ partition: 2, offset: 499, value: at(0) }]);
  await topic.deleteBefore(2, 500);
  await topic.end();
  const handle = start(job, { mode: 'live', report: false });
  await handle.done;
  expect(positions(handle)).toEqual({ 0: 3, 1: 0, 2: 500 });
  expect(await windows()).toEqual(['k 0 2', 'k 60 1']);
});

test('case 24 (b): compacted offsets are passed over, up to the end', async () => {
  const { topic, job, windows } = place(1);
  await topic.append([3, 4, 7, 8].map((offset) => ({ offset, value: at(offset) })));
  await topic.end();
  const handle = start(job, { mode: 'live', report: false });
  const { ledger } = await handle.done;
  expect(positions(handle)).toEqual({ 0: 9 });
  expect(ledger['source(events)']).toMatchObject({ in: 4, taken: 4 });
  expect(await windows()).toEqual(['k 0 4']);
});

test('case 27: where a source promises that keys stay, a partition that is added is refused before a record of it counts', async () => {
  const { topic: topicOf, list } = memory();
  const topic = topicOf('events', Event, { partitions: 2, keyedBy: 'key' });
  const job = defineJob({
    name: 'case',
    sources: { live: topic },
    graph: (events) => ({ events }),
    sinks: { events: list('events') },
    checkpoints: memoryStore(),
  });
  await topic.send([at(1, 'x'), at(5, 'k'), at(6, 'l')]);
  const handle = start(job, { mode: 'live', report: false, checkpointEvery: '1ms' });
  await until(async () => (await list('events').rows()).length === 3);
  await topic.addPartitions(1);
  await topic.append([{ partition: 2, value: at(10, 'moved') }]);
  await expect(handle.done).rejects.toMatchObject({
    code: 'MILLRACE_SOURCE_REPARTITIONED',
    data: { source: 'memory topic "events"', field: 'key', partition: 2 },
  });
  expect((await list('events').rows()).map(({ key }) => key)).not.toContain('moved');
  // Nor is it read by the next run, which knows of the two partitions that it had.
  await expect(run(job, { mode: 'live', report: false })).rejects.toMatchObject({
    code: 'MILLRACE_SOURCE_REPARTITIONED',
  });
});

test('case 27: of a partition that is added while the job runs every record counts, under the key that has moved', async () => {
  const { topic, job, windows, timed, late } = place(2);
  const p = (partition: number, ...values: ReturnType<typeof at>[]) =>
    topic.append(values.map((value) => ({ partition, value })));
  await p(0, at(1, 'x', 100), at(20, 'x', 100));
  await p(1, at(5, 'k', 100), at(10, 'k', 100), at(20, 'k', 100));
  const handle = start(job, { mode: 'live', report: false, checkpointEvery: '1ms', idleTimeout: '1h' });
  await until(() => watermark(handle) === 20_000);

  // Before the job has noticed: five records of which two have the key, and one that is older than what is final.
  await topic.addPartitions(1);
  await p(2, at(30, 'k', 1), at(31, 'y', 2), at(40, 'k', 3), at(41, 'y', 4), at(61, 'y', 5), at(10, 'y', 0));
  let least = Infinity;
  await until(() => {
    least = Math.min(least, watermark(handle));
    return JSON.stringify(positions(handle)).includes('"2":6');
  });
  expect(least).toBeGreaterThanOrEqual(20_000);
  await topic.end();
  await handle.done;
  const moved = (await timed()).map(({ v }) => v as number).filter((v) => v < 100);
  expect(moved.sort()).toEqual([1, 2, 3, 4, 5]);
  expect([...(await windows())].sort()).toEqual(['k 0 5', 'x 0 2', 'y 0 2', 'y 60 1'].sort());
  expect(await late()).toMatchObject([{ partition: 2, offset: 5n }]);
});
