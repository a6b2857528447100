import { expect, test } from 'vitest';
import { memoryStore } from '../checkpoint/memory-store.js';
import type { Flow } from '../flow/flow.js';
import { operate } from '../flow/operate.js';
import { int32 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { testSink } from '../testing/test-sink.js';
import { testSource } from '../testing/test-source.js';
import { partitionClock } from '../time/partition-clock.js';
import type { TimeLogEntry } from '../time/time-log.js';
import { defineJob } from './define-job.js';
import type { RunMode } from './job.js';
import { run } from './run.js';

const Event = schema({ n: int32 });
type Events = Flow<typeof Event.fields>;

function timed(events: Events, timeName: string): Events {
  return operate<typeof Event.fields, 'append'>(events, {
    operator: 'timed',
    schema: Event,
    timed: true,
    timeName,
    create: (context) => ({
      clock: partitionClock(0, (time) => context.watermark(time)),
      batch(batch) {
        context.ledger.taken += batch.length;
        context.emit(batch);
      },
    }),
  });
}

/** Runs a job of two inputs with two records each, of which one has an event time. */
function ranWith(entry: Partial<TimeLogEntry>, mode: RunMode = 'replay'): Promise<unknown> {
  const records = [['{"n":1}', '{"n":2}']];
  const sources = { pins: testSource('pins', Event, records), geos: testSource('geos', Event, records) };
  const job = defineJob({
    name: 'events',
    sources: { live: sources, replay: sources },
    graph: ({ pins, geos }) => ({ pins: timed(pins, 'clock'), geos }),
    checkpoints: memoryStore(),
    sinks: { pins: testSink('pins') as never, geos: testSink('geos') as never },
  });
  const whole = { eventTime: 'clock', source: 'pins', partition: 0, offset: 2, watermark: 500, ...entry };
  return run(job, { mode, report: false, timeLog: [whole] });
}

test.each([
  [{ offset: 3 }, 'it names offset 3, and the records end before offset 2'],
  [{ partition: 1 }, 'it names offset 2, and there is no such partition'],
  [{ source: 'users' }, 'the job has no such input'],
  [{ eventTime: 'time' }, 'it names the event time "time", and the graph gives these records "clock"'],
  [{ source: 'geos' }, 'it names the event time "clock", and the graph gives these records none'],
])('a replay by a time log of which an entry could not be applied is refused: %j', async (entry, problem) => {
  await expect(ranWith(entry)).rejects.toMatchObject({ code: 'MILLRACE_TIME_LOG_UNFIT', data: { problem } });
});

test('an entry may stand behind the last record of a replay, and anywhere where more may come', async () => {
  await expect(ranWith({ offset: 2 })).resolves.toMatchObject({ ended: 'end' });
  await expect(ranWith({ offset: 3 }, 'live')).resolves.toMatchObject({ ended: 'end' });
  await expect(ranWith({ eventTime: 'time' }, 'live')).rejects.toMatchObject({ code: 'MILLRACE_TIME_LOG_UNFIT' });
});
