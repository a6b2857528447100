import { expect, test } from 'vitest';
import { memoryStore } from '../checkpoint/memory-store.js';
import type { Flow } from '../flow/flow.js';
import { operate } from '../flow/operate.js';
import { int32 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { testSink } from '../testing/test-sink.js';
import { testSource } from '../testing/test-source.js';
import { partitionClock } from '../time/partition-clock.js';
import { defineJob } from './define-job.js';
import { run } from './run.js';

const Event = schema({ n: int32 });
type Events = Flow<typeof Event.fields>;

/** Sets event time as far as the end of the input needs it. */
function timed(events: Events): Events {
  return operate<typeof Event.fields, 'append'>(events, {
    operator: 'timed',
    schema: Event,
    timed: true,
    create: (context) => ({
      clock: partitionClock(0, (time) => context.watermark(time)),
      batch(batch) {
        context.ledger.taken += batch.length;
        context.emit(batch);
      },
    }),
  });
}

/** Does `flush` when the watermark says that nothing more is to come. */
function flushing(events: Events, flush: () => void): Events {
  return operate<typeof Event.fields, 'append'>(events, {
    operator: 'flushing',
    schema: Event,
    create: (context) => ({
      batch(batch) {
        context.ledger.taken += batch.length;
        context.emit(batch);
      },
      watermark(time) {
        if (time === Infinity) flush();
        context.watermark(time);
      },
    }),
  });
}

test('what fails at the end of the input is the error of the run, and no complete history', async () => {
  const checkpoints = memoryStore();
  const sink = testSink('events');
  let problem: string | undefined = 'broken at the end';
  const flush = (): void => {
    if (problem !== undefined) throw new Error(problem);
  };
  const job = defineJob({
    name: 'events',
    sources: { live: testSource('events', Event, [['{"n":1}'], ['{"n":2}']]) },
    graph: (events) => ({ events: flushing(timed(events), flush) }),
    checkpoints,
    sinks: { events: sink as never },
  });
  const ending = () => run(job, { mode: 'live', report: false });
  await expect(ending()).rejects.toThrow('broken at the end');
  // The end is recorded by then: the next run applies it before it reads.
  problem = 'broken once more';
  await expect(ending()).rejects.toThrow('broken once more');
  problem = undefined;
  expect((await ending()).ended).toBe('end');
  expect(sink.rows.map(({ n }) => n)).toEqual([1, 2]);
});
