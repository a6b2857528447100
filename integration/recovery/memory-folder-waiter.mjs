// Runs a job on a topic in a folder until it waits for records, stops it, and says what is open then.
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { defineJob, int32, schema, start } from '@millrace/core';
import { folder as store } from '@millrace/core/folder';
import { memory } from '@millrace/connectors/memory';

const [folder] = process.argv.slice(2);
const { topic } = memory({ folder: `${folder}/data` });
const events = topic('events', schema({ n: int32 }), { partitions: 2 });
await events.send([{ n: 1 }, { n: 2 }, { n: 3 }]);

// A request to the file system that is under way ends by itself.
const resources = () =>
  process
    .getActiveResourcesInfo()
    .filter((name) => !name.startsWith('FSReq'))
    .sort();
const before = resources();
const job = defineJob({
  name: 'waiter',
  sources: { live: events },
  graph: (flow) => ({ events: flow }),
  sinks: { events: memory({ folder: `${folder}/data` }).list('events') },
  checkpoints: store(`${folder}/checkpoints`),
});
const handle = start(job, { mode: 'live', report: false });
while (!JSON.stringify(handle.metrics()).includes('"in":3')) await setImmediate();
for (let i = 0; i < 100; i++) await setImmediate();
const waiting = resources();
await handle.stop();
process.stdout.write(JSON.stringify({ before, waiting, after: resources() }));
