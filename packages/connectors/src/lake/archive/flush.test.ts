import { memoryStore, schema, start, utf8 } from '@millrace/core';
import { virtualClock } from '@millrace/core/testing';
import { memory } from '@millrace/connectors/memory';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { archive, lake, readRows } from '../index.js';

const Line = schema({ id: utf8 });

function made(flushRows = 1000) {
  const clock = virtualClock();
  const topic = memory().topic('lines', Line, { partitions: 2 });
  const table = lake({ root: memoryStore() }).table('lines', Line);
  const job = archive({ from: topic, to: table, flushRows, flushEvery: '10m' });
  const handle = start(job, { mode: 'live', report: false, clock });
  const read = (): number[] => handle.metrics().sources['lines']!.partitions.map(({ position }) => position);
  return { clock, topic, table, handle, read };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setImmediate();
}

async function ids(table: ReturnType<typeof made>['table']): Promise<unknown[]> {
  const found = [];
  for await (const { id } of readRows(table)) found.push(id);
  return found;
}

test('34b: a record becomes visible when its time has come, and one after a long pause waits just as long', async () => {
  const { clock, topic, table, handle, read } = made();
  await topic.append([{ partition: 0, value: '{"id":"a"}' }]);
  await until(() => read()[0] === 1);
  clock.advance(599_000);
  await setImmediate();
  expect(handle.metrics().checkpoints.last).toBe(-1);
  clock.advance(1_000);
  await until(() => handle.metrics().checkpoints.last === 1);
  expect(await ids(table)).toEqual(['a']);

  clock.advance(3_600_000);
  await topic.append([{ partition: 1, value: '{"id":"b"}' }]);
  await until(() => read()[1] === 1);
  clock.advance(599_000);
  await topic.append([{ partition: 0, value: '{"id":"c"}' }]);
  await until(() => read()[0] === 2);
  expect(await ids(table)).toEqual(['a']);
  clock.advance(1_000);
  await until(() => handle.metrics().checkpoints.last === 2);
  expect((await ids(table)).sort()).toEqual(['a', 'b', 'c']);
  expect((await handle.stop()).ended).toBe('stopped');
});

test('as many rows as are asked for are visible at once, and stopping makes the rest so', async () => {
  const { topic, table, handle, read } = made(10);
  await topic.append(Array.from({ length: 25 }, (_, i) => ({ partition: 0, value: `{"id":"${i}"}` })));
  await until(() => read()[0] === 25 && handle.metrics().sources['lines']!.partitions[0]!.state === 'caughtUp');
  expect((await ids(table)).length).toBe(20);
  const { checkpoint } = await handle.stop();
  expect([(await ids(table)).length, checkpoint]).toEqual([25, 3]);
  expect(handle.metrics().state).toBe('done');
});

test('a topic that can not be read fails the run, and what was visible stays', async () => {
  const { topic, table, handle, read } = made(1);
  await topic.append([{ partition: 0, value: '{"id":"a"}' }]);
  await until(() => read()[0] === 1 && handle.metrics().checkpoints.last === 1);
  await handle.stop();
  await topic.append(['b', 'c'].map((id) => ({ partition: 0, value: `{"id":"${id}"}` })));
  await topic.deleteBefore(0, 2);
  const again = start(archive({ from: topic, to: table }), { mode: 'live', report: false });
  await expect(again.done).rejects.toMatchObject({
    code: 'MILLRACE_SOURCE_TRUNCATED',
    data: { position: 1, start: 2 },
  });
  expect([await ids(table), again.metrics().state]).toEqual([['a'], 'failed']);
});

test('an archive is refused what it can not do', () => {
  const topic = memory().topic('lines', Line);
  const table = lake({ root: memoryStore() }).table('lines', Line);
  expect(() => start(archive({ from: topic, to: table }), { mode: 'replay' })).toThrow(
    "can not be run in mode 'replay'",
  );
  expect(() => archive({ from: topic, to: table, flushRows: 0 })).toThrow('flushRows is 0');
  expect(() => archive({ from: topic, to: table, flushEvery: 'soon' })).toThrow("flushEvery is 'soon'");
});
