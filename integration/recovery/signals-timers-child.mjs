// Runs a job whose every wait is 30 days long, which is more than a timer of Node can hold, on a topic in which one partition
// stays empty. It tells what has happened when it has looked on for a second, and after it was stopped.
import process from 'node:process';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { defineJob, int32, schema, start, stopOnSignals, timestamp, utf8 } from '@millrace/core';
import { systemClock } from '@millrace/core/connector';
import { folder as store } from '@millrace/core/folder';
import { memory } from '@millrace/connectors/memory';
import { agg, aggregate, eventTime, session } from '@millrace/operators';

const { folder, waits } = JSON.parse(process.argv[2]);
const say = (line) => process.stdout.write(`${line}\n`);

const Visit = schema({ user: utf8, n: int32, at: timestamp });
const place = memory({ folder: `${folder}/data` });

/** Checkpoints that take a while: a deadline that has overflown comes before them. */
const checkpoints = store(`${folder}/checkpoints`);
const slowly = async (key, bytes) => {
  await setTimeout(300);
  return checkpoints.create(key, bytes);
};

let early = 0;
const clock = {
  now: systemClock.now,
  async sleep(ms, signal) {
    const wakesAt = systemClock.now() + ms;
    await systemClock.sleep(ms, signal);
    if (!signal.aborted && systemClock.now() < wakesAt - 1) early++;
  },
};

const job = defineJob({
  name: 'visits',
  sources: { live: place.topic('visits', Visit, { partitions: 2 }) },
  graph: (visits) => ({
    sessions: visits.pipe(
      eventTime('at', { maxOutOfOrderness: '0s' }),
      aggregate({ window: session('30d'), by: 'user', compute: { visits: agg.count() } }),
    ),
  }),
  sinks: { sessions: place.list('sessions') },
  checkpoints: { ...checkpoints, create: slowly },
});
const handle = start(job, { mode: 'live', idleTimeout: '30d', checkpointEvery: '30d', report: false, clock });
stopOnSignals(handle);
if (waits) {
  const readTwo = async () => {
    while ((handle.metrics().sources.visits?.records.in ?? 0) < 2) await setImmediate();
  };
  // A run that has failed reads nothing more.
  await Promise.race([handle.done, readTwo()]);
  await setTimeout(1000);
  say(`waited ${JSON.stringify({ early, checkpoint: handle.metrics().checkpoints.last })}`);
  await handle.stop({ deadline: '30d' });
}
const result = await handle.done;
await setImmediate();
say(`listeners ${process.listenerCount('SIGTERM') + process.listenerCount('SIGINT')}`);
say(`ended ${JSON.stringify(result)}`);
