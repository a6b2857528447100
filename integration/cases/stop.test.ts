import {
  defineJob,
  int32,
  memoryStore,
  run,
  schema,
  start,
  utf8,
  type JobHandle,
  type RunResult,
} from '@millrace/core';
import type { Sink, SinkWriter } from '@millrace/core/connector';
import { memory } from '@millrace/connectors/memory';
import { where } from '@millrace/operators';
import { expect, test } from 'vitest';

// Case 40 (b): a run is asked to stop by what it calls itself, and more than once.

const Event = schema({ id: utf8, n: int32 });

/** What a run calls: one of them asks it to stop. */
type Moment = 'a function of the graph' | 'a logger' | keyof SinkWriter;

function place(moment: Moment) {
  const { topic: topicOf, list } = memory();
  const topic = topicOf('events', Event);
  const stops: Promise<RunResult>[] = [];
  let handle: JobHandle | undefined;
  const stopTwice = (): void => {
    if (handle === undefined || stops.length > 0) return;
    stops.push(handle.stop(), handle.stop());
  };
  const sinkOf = list('events');
  const sink: Sink<never, never> = {
    ...sinkOf,
    async open(context) {
      const writer = await sinkOf.open(context);
      const asks =
        <A extends unknown[], R>(call: (...args: A) => R) =>
        (...args: A): R => {
          stopTwice();
          return call(...args);
        };
      return { ...writer, [moment]: asks((writer as never)[moment]) };
    },
  };
  const isMethod = moment !== 'a function of the graph' && moment !== 'a logger';
  const job = defineJob({
    name: 'case',
    sources: { live: topic },
    graph: (events) => ({
      events: events.pipe(
        where(({ n }) => {
          if (n === 20 && moment === 'a function of the graph') stopTwice();
          return true;
        }),
      ),
    }),
    sinks: { events: isMethod ? (sink as never) : sinkOf },
    checkpoints: memoryStore(),
  });
  const says = (): void => {
    if (moment === 'a logger') stopTwice();
  };
  return {
    topic,
    job,
    stops,
    begin: () =>
      (handle = start(job, {
        mode: 'live',
        report: false,
        batchRows: 5,
        checkpointEvery: '1ms',
        logger: { debug: says, info: says, warn: says, error: says },
      })),
    ids: async () => (await sinkOf.rows()).map(({ n }) => n),
  };
}

test.each<Moment>(['a function of the graph', 'a logger', 'write', 'room', 'seal', 'stage', 'publish', 'published'])(
  'case 40 (b): stop(), called twice by %s, settles twice, and the next run goes on where it ended',
  async (moment) => {
    const { topic, job, stops, begin, ids } = place(moment);
    // One of them cannot be read: the logger hears of it.
    await topic.send(
      Array.from({ length: 100 }, (_, n) => (n === 10 ? 'no record' : JSON.stringify({ id: `e${n}`, n }))),
    );
    const { done } = begin();
    const ended = await done;
    expect(stops).toHaveLength(2);
    expect(await Promise.all(stops)).toEqual([ended, ended]);
    expect(ended.ended).toBe('stopped');
    await topic.end();
    await run(job, { mode: 'live', report: false });
    expect(await ids()).toEqual(Array.from({ length: 100 }, (_, n) => n).filter((n) => n !== 10));
  },
);

test('case 40 (b): a handler that waits for the stop of its own run gets its answer at the deadline', async () => {
  const { topic: topicOf, list } = memory();
  const topic = topicOf('events', Event);
  let answer: Promise<unknown> | undefined;
  const events = list('events');
  const sink: Sink<never, never> = {
    ...events,
    async open(context) {
      const writer = await events.open(context);
      return {
        ...writer,
        async publish(publication) {
          answer ??= handle.stop({ deadline: '50ms' }).catch((error: unknown) => error);
          await answer;
          await writer.publish(publication);
        },
      };
    },
  };
  const job = defineJob({
    name: 'case',
    sources: { live: topic },
    graph: (all) => ({ events: all }),
    sinks: { events: sink as never },
    checkpoints: memoryStore(),
  });
  await topic.send([{ id: 'a', n: 1 }]);
  const handle = start(job, { mode: 'live', report: false, checkpointEvery: '1ms' });
  expect((await handle.done).ended).toBe('stopped');
  expect(await answer).toMatchObject({ code: 'MILLRACE_STOP_LATE' });
  expect(await events.rows()).toHaveLength(1);
});
