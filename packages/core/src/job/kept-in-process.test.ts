import { expect, test } from 'vitest';
import { memoryStore } from '../checkpoint/memory-store.js';
import { int32 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { testSink } from '../testing/test-sink.js';
import { testSource } from '../testing/test-source.js';
import { defineJob } from './define-job.js';
import { run } from './run.js';

const list = testSource('events', schema({ n: int32 }), [['{"n":1}']]);
const topic = { ...list, bounded: false };
const line =
  "events: checkpoints are kept in this process only: give the job checkpoints: folder('…') to survive a crash";

async function told(live: typeof list, checkpoints?: ReturnType<typeof memoryStore>): Promise<readonly string[]> {
  const lines: string[] = [];
  const job = defineJob({
    name: 'events',
    sources: { live },
    graph: (events) => ({ events }),
    ...(checkpoints === undefined ? {} : { checkpoints }),
    sinks: { events: testSink('events') as never },
  });
  await run(job, { mode: 'live', report: (text) => void lines.push(text) });
  return lines;
}

test('a run of a topic without checkpoints says so first, once, to whoever gave no logger', async () => {
  const lines = await told(topic);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toBe(line);
});

test('it is not said where there is nothing to lose, or a place for it', async () => {
  expect(await told(list)).toHaveLength(1);
  expect(await told({ ...topic, inProcess: true })).toHaveLength(1);
  expect(await told(topic, memoryStore())).toHaveLength(1);
});
