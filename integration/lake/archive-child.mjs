// Archives the topic in the folder that it is given into the lake at `root`, until the topic ends or somebody kills it. Says how far it is.
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { start } from '@millrace/core';
import { archive, lake } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { Event } from './event.mjs';

const [folder, flushRows, root] = process.argv.slice(2);
const topic = memory({ folder: `${folder}/topics` }).topic('events', Event);
// The key pair is taken from the environment, as a user's would be.
const place = root.startsWith('s3:') ? { root, s3: { endpoint: process.env['S3_ENDPOINT'] } } : { root };
const table = lake(place).table('events', Event);
process.stdout.write('started\n');
const handle = start(archive({ from: topic, to: table, flushRows: Number(flushRows) }), {
  mode: 'live',
  report: false,
});
const { checkpoints } = handle.metrics();
while (handle.metrics().state === 'running' && handle.metrics().checkpoints.last === checkpoints.last) {
  await setImmediate();
}
process.stdout.write('committed\n');
await handle.done;
process.stdout.write('ended\n');
