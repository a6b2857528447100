import { expect, test } from 'vitest';
import { memoryStore } from '../checkpoint/memory-store.js';
import type { ObjectStore } from '../connector/object-store.js';
import type { Sink, SinkWriter } from '../connector/sink.js';
import { millraceError } from '../error/millrace-error.js';
import { int32 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { testSink } from '../testing/test-sink.js';
import { testSource } from '../testing/test-source.js';
import { defineJob } from './define-job.js';
import type { Job } from './job.js';
import { run } from './run.js';

const Event = schema({ n: int32 });
const failure = millraceError('MILLRACE_TOPIC_TAKEN', { topic: 'out' });

/** A sink whose `step` does `first`, and then fails. */
function failing(
  step: 'published' | 'publish',
  first: () => Promise<unknown>,
  sink: Sink<never> = testSink('events'),
): Sink<never> {
  const fail = async (): Promise<never> => {
    await first();
    throw failure;
  };
  return {
    ...sink,
    open: async (context): Promise<SinkWriter> => ({ ...(await sink.open(context)), [step]: fail }),
  };
}

function jobOn(checkpoints: ObjectStore, sink: Sink<never>): Job {
  return defineJob({
    name: 'events',
    sources: { live: testSource('events', Event, [['{"n":1}', '{"n":2}']]) },
    graph: (events) => ({ events }),
    checkpoints,
    sinks: { events: sink as never },
  });
}

const live = (job: Job) => run(job, { mode: 'live', report: false });

test.each(['published', 'publish'] as const)(
  'a failure of "%s" is that the job was taken over, where it was',
  async (step) => {
    const store = memoryStore();
    const sink = testSink('events') as never;
    const successor = async () => live(jobOn(store, sink));
    const error = await live(jobOn(store, failing(step, successor, sink))).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'MILLRACE_OWNERSHIP_LOST', cause: failure });
  },
);

test.each(['published', 'publish'] as const)(
  'a failure of "%s" is itself in a job that has one owner',
  async (step) => {
    const alone = live(
      jobOn(
        memoryStore(),
        failing(step, async () => undefined),
      ),
    );
    await expect(alone).rejects.toMatchObject({ code: 'MILLRACE_TOPIC_TAKEN' });
  },
);

test('where the checkpoints cannot be read any more, a failure is itself', async () => {
  const store = memoryStore();
  let gone = false;
  const get: ObjectStore['get'] = (key) => (gone ? Promise.reject(new Error('gone')) : store.get(key));
  const failed = live(
    jobOn(
      { ...store, get },
      failing('publish', async () => (gone = true)),
    ),
  );
  await expect(failed).rejects.toMatchObject({ code: 'MILLRACE_TOPIC_TAKEN' });
});
