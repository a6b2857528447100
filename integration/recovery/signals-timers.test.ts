import { join } from 'node:path';
import type { RunResult } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { expect, it } from 'vitest';
import { int32, schema, timestamp, utf8 } from '@millrace/core';
import { folders } from './job/place.js';
import { startProgram } from './signals-process.js';

const folder = folders();
const day = 86_400_000;

// A timer of more than 2^31 − 1 ms fires after 1 ms in Node, with a warning.
it('case 40 (c): waits of 30 days let nothing happen early, and a session gap of 30 days joins what is 29 apart', async () => {
  const place = memory({ folder: join(folder('timers'), 'data') });
  const topic = place.topic('visits', schema({ user: utf8, n: int32, at: timestamp }), { partitions: 2 });
  const visit = (n: number, at: number) => ({
    partition: 0,
    value: JSON.stringify({ user: 'a', n, at: new Date(at).toISOString() }),
  });
  await topic.append([visit(0, 0), visit(1, 29 * day)]);

  const first = startProgram('signals-timers-child.mjs', { folder: folder('timers'), waits: true });
  // The empty partition is not idle yet, and no checkpoint was made behind that of the start.
  await first.said('waited {"early":0,"checkpoint":0}');
  await first.said('listeners 0');
  const stopped = await first.endsWithin(10_000);
  expect(stopped).toMatchObject({ exit: 0, complaint: '', outcome: { ended: 'stopped', checkpoint: 1 } });
  expect(await place.list('sessions').rows()).toEqual([]);

  await topic.end();
  const second = startProgram('signals-timers-child.mjs', { folder: folder('timers'), waits: false });
  const last = await second.endsWithin(60_000);
  expect(last).toMatchObject({ exit: 0, complaint: '', outcome: { ended: 'end' } });
  expect((last.outcome as RunResult).outputs['sessions']?.rows).toBe(1);
  expect(await place.list('sessions').rows()).toMatchObject([{ user: 'a', visits: 2 }]);
});
