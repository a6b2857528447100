import { expect, test } from 'vitest';
import { memoryStore } from '../checkpoint/memory-store.js';
import type { Sink } from '../connector/sink.js';
import type { Source } from '../connector/source.js';
import { int32 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { testSink } from '../testing/test-sink.js';
import { testSource } from '../testing/test-source.js';
import type { Clock } from '../time/clock.js';
import { defineJob } from './define-job.js';
import { start } from './run.js';

const Event = schema({ n: int32 });

/** A topic that goes on after its records: nothing ever comes. */
function quiet(source: Source<typeof Event.fields>): Source<typeof Event.fields> {
  return {
    ...source,
    bounded: false,
    async open(context) {
      const reader = await source.open(context);
      return {
        ...reader,
        async read(...from) {
          const pull = await reader.read(...from);
          return pull.kind === 'end' ? { kind: 'caughtUp' } : pull;
        },
        arrival: (_partition, _position, signal) =>
          new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
      };
    },
  };
}

test('a job that has nothing to do sleeps while a checkpoint is under way, however long that takes', async () => {
  let release!: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));
  let staging = false;
  const kept = testSink('events');
  const slow: Sink<never> = {
    ...kept,
    async open(context) {
      const writer = await kept.open(context);
      return {
        ...writer,
        async stage(checkpoint) {
          staging = true;
          await released;
          staging = false;
          return writer.stage(checkpoint);
        },
      };
    },
  };
  // Time passes when somebody sleeps.
  let now = 0;
  const sleeps: number[] = [];
  const clock: Clock = {
    now: () => now,
    async sleep(ms, signal) {
      if (staging) sleeps.push(ms);
      await new Promise(setImmediate);
      if (!signal.aborted) now += ms;
    },
  };
  const job = defineJob({
    name: 'events',
    sources: { live: quiet(testSource('events', Event, [['{"n":1}']])) },
    graph: (events) => ({ events }),
    checkpoints: memoryStore(),
    sinks: { events: slow as never },
  });
  const handle = start(job, { mode: 'live', checkpointEvery: '1s', idleTimeout: '1h', clock, report: false });
  while (sleeps.length < 20) await new Promise(setImmediate);
  release();
  await handle.stop({ deadline: '1h' });
  expect(Math.min(...sleeps)).toBeGreaterThan(10);
  expect(kept.rows).toEqual([{ n: 1 }]);
});
