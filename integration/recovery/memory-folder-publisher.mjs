// Runs law 4 as the driver does, stage, commit, publish, on a view, a list and a topic in a folder, until it is killed
// or has published the last checkpoint. The manifests, created once each, say what was committed.
import process from 'node:process';
import { TextDecoder, TextEncoder } from 'node:util';
import { int32, schema, utf8 } from '@millrace/core';
import { folder as store } from '@millrace/core/folder';
import { memory } from '@millrace/connectors/memory';
import { batchOf, contextOf } from '@millrace/connectors/testing';

const [folder, last] = process.argv.slice(2);
const manifests = store(`${folder}/manifests`);
const { topic, view, list } = memory({ folder: `${folder}/data` });
const { fields } = schema({ id: utf8, n: int32 });

let head = -1;
for await (const { key } of manifests.list('')) head = Number(key);
const context = contextOf({ schema: { fields }, restored: head });
const writers = await Promise.all(
  [view('shown', { key: ['id'] }), list('rows'), topic('out', { partitions: 2, keyedBy: 'id' })].map((sink) =>
    sink.open(context),
  ),
);

const publish = async (checkpoint, staged) => {
  await Promise.all(writers.map((writer, i) => writer.publish({ checkpoint, staged: staged[i], final: false })));
};

if (head >= 0) {
  for (const writer of writers) {
    const published = await writer.published();
    if (published !== head && published !== head - 1) throw new Error(`published ${published} at checkpoint ${head}`);
  }
  await publish(head, JSON.parse(new TextDecoder().decode(await manifests.get(String(head).padStart(6, '0')))));
}

for (let checkpoint = head + 1; checkpoint <= Number(last); checkpoint++) {
  const rows = Array.from({ length: 20 }, (_, i) => ({
    time: checkpoint,
    offset: i,
    row: { id: `k${(checkpoint * 3 + i) % 37}`, n: checkpoint },
  }));
  for (const writer of writers) {
    writer.write(batchOf(rows, fields));
    writer.seal(checkpoint);
  }
  const staged = await Promise.all(writers.map((writer) => writer.stage(checkpoint)));
  const key = String(checkpoint).padStart(6, '0');
  if (!(await manifests.create(key, new TextEncoder().encode(JSON.stringify(staged))))) throw new Error('not mine');
  await publish(checkpoint, staged);
  process.stdout.write(`${checkpoint}\n`);
}
