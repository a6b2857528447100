// Moves a topic in a folder into a table of PGlite, until it is killed or at the end; with `stay` it goes on for ever.
import { join } from 'node:path';
import process from 'node:process';
import { defineJob, int32, schema, start } from '@millrace/core';
import { folder as store } from '@millrace/core/folder';
import { memory } from '@millrace/connectors/memory';
import { postgres } from '@millrace/connectors/postgres';

const [, , folder, stay] = process.argv;
const Event = schema({ n: int32 });
const topic = memory({ folder: join(folder, 'topics') }).topic('events', Event);
const [{ end: sent }] = await (await topic.open({ columns: new Set(), metadata: false })).partitions();
for (let n = sent; n < 20_000; n += 500) {
  await topic.send(Array.from({ length: 500 }, (_, i) => ({ n: n + i })));
}
if (stay === undefined) await topic.end();
const job = defineJob({
  name: 'events',
  sources: { live: topic },
  graph: (events) => ({ events }),
  sinks: { events: postgres({ folder: join(folder, 'postgres') }).table('events', { create: true }) },
  checkpoints: store(join(folder, 'checkpoints')),
});
const handle = start(job, { mode: 'live', report: false, atEnd: 'hold', checkpointEvery: '5ms', batchRows: 20 });
while (handle.metrics().state === 'starting') await new Promise((resolve) => globalThis.setTimeout(resolve, 5));
process.stdout.write('running\n');
await handle.done;
