import { expect, test } from 'vitest';
import { int32 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { testSink } from '../testing/test-sink.js';
import { testSource } from '../testing/test-source.js';
import { defineJob } from './define-job.js';
import { run } from './run.js';

const Event = schema({ n: int32 });

async function ranWith(options: object): Promise<unknown> {
  const job = defineJob({
    name: 'events',
    sources: { live: testSource('events', Event, [['{"n":1}']]) },
    graph: (events) => ({ events }),
    sinks: { events: testSink('events') as never },
  });
  return run(job, { mode: 'live', report: false, ...options });
}

test.each([
  [{ dropState: 'counted' }, 'a list of texts'],
  [{ publish: 'swap' }, "'append' or 'replace'"],
])('an option of another kind is refused at the call: %j', async (options, needs) => {
  await expect(ranWith(options)).rejects.toMatchObject({ code: 'MILLRACE_ARGUMENT_INVALID', data: { needs } });
});

test('a number that is written as a text is said to be a text', async () => {
  const problem = 'is the text "5"';
  await expect(ranWith({ tasks: '5' })).rejects.toMatchObject({ code: 'MILLRACE_OPTION_INVALID', data: { problem } });
});

test('a default may be named', async () => {
  await expect(ranWith({ publish: 'append', atEnd: 'flush' })).resolves.toMatchObject({ ended: 'end' });
});
