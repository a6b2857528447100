import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineJob, run, schema, start, timestamp, utf8, type JobHandle } from '@millrace/core';
import { archive, lake } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { agg, aggregate, eventTime, tumbling } from '@millrace/operators';
import { afterEach, beforeEach, expect, test } from 'vitest';

// Case 16 (a) and (b) as whole jobs: the records of every key lie in both partitions of a topic, so that its count is
// right only where they meet in one task; live and replayed.

const Event = schema({ key: utf8, t: timestamp });
const items = ['c', 'c', 'b', 'b', 'a', 'a', 'a', 'd'];

let root: string;
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'millrace-ties-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

interface Count {
  readonly key: string;
  readonly n: number;
}

/** The rows of the window, and the partitions' positions at the end, live by so many tasks and replayed. */
async function bothWays(keys: readonly string[], tasks: number) {
  const { topic: topicOf, list } = memory();
  const topic = topicOf('events', Event, { partitions: 2 });
  const table = lake({ root }).table('events', Event);
  await topic.append(keys.map((key, i) => ({ partition: i % 2, value: { key, t: new Date(i * 1000) } })));
  await topic.end();
  const jobTo = (sink: string) =>
    defineJob({
      name: sink,
      sources: { live: topic, replay: table },
      graph: (events) => ({
        counts: events.pipe(
          eventTime('t', { maxOutOfOrderness: '60s' }),
          aggregate({ window: tumbling('60s'), by: 'key', compute: { n: agg.count() } }),
        ),
      }),
      sinks: { counts: list(sink), late: list(`${sink} late`) },
    });
  const live = start(jobTo('live'), { mode: 'live', report: false, tasks });
  const { ledger } = await live.done;
  await run(archive({ from: topic, to: table }), { mode: 'live', report: false });
  await run(jobTo('replay'), { mode: 'replay', report: false, tasks });
  // Tasks come in any order, so a row is found by its key; two rows of one key would both be here.
  const rowsOf = async (sink: string): Promise<readonly Count[]> => {
    expect(await list(`${sink} late`).rows()).toEqual([]);
    const rows = await list(sink).rows();
    expect(rows.map(({ windowStart }) => windowStart)).toEqual(rows.map(() => new Date(0)));
    return rows.map(({ key, n }) => ({ key: key as string, n: n as number })).sort((a, b) => (a.key < b.key ? -1 : 1));
  };
  return { live: await rowsOf('live'), replay: await rowsOf('replay'), positions: positions(live), ledger };
}

function positions(handle: JobHandle): readonly (number | undefined)[] {
  return (handle.metrics().sources['events']?.partitions ?? []).map(({ position }) => position);
}

/** The two with the largest counts, ties by key. */
function topTwo(counts: readonly Count[]): readonly (readonly [string, number])[] {
  const ranked = [...counts].sort((a, b) => b.n - a.n || (a.key < b.key ? -1 : 1));
  return ranked.slice(0, 2).map(({ key, n }) => [key, n]);
}

const orders = { 'as given': items, 'in reverse': [...items].reverse(), 'a d first': ['d', 'c', 'b', 'a', 'a', 'b', 'c', 'a'] }; // prettier-ignore

test.each(Object.entries(orders).flatMap(([order, keys]) => [1, 2].map((tasks) => [order, tasks, keys] as const)))(
  'case 16 (a): of ties in two partitions, %s, by %i tasks: [(a,3), (b,2)]',
  async (_, tasks, keys) => {
    const { live, replay, positions, ledger } = await bothWays(keys, tasks);
    expect(positions).toEqual([4, 4]);
    expect(ledger['source(events)']).toMatchObject({ in: 8, taken: 8 });
    expect(topTwo(live)).toEqual([['a', 3], ['b', 2]]); // prettier-ignore
    expect(live.map(({ key, n }) => [key, n])).toEqual([['a', 3], ['b', 2], ['c', 2], ['d', 1]]); // prettier-ignore
    expect(replay).toEqual(live);
  },
);

test('case 16 (b): with one more c before the window closes: [(a,3), (c,3)]', async () => {
  const { live, replay } = await bothWays([...items, 'c'], 2);
  expect(topTwo(live)).toEqual([['a', 3], ['c', 3]]); // prettier-ignore
  expect(replay).toEqual(live);
});
