// Appends to a topic in a folder until it is killed, and says of each send, once it is acknowledged, how far it is.
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import process from 'node:process';
import { int32, schema, utf8 } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';

const [folder, life, seed] = process.argv.slice(2);
const topic = memory({ folder }).topic('events', schema({ id: utf8, n: int32 }), { partitions: 3 });

// A generator of its own, so that a seed gives the same sends again.
let state = Number(seed) >>> 0;
const random = (below) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

for (let number = 0; ;) {
  const records = Array.from({ length: 1 + random(40) }, () => {
    const padding = 'x'.repeat(random(random(10) === 0 ? 60_000 : 300));
    const body = `${life}/${number++}/${padding}`;
    const sum = createHash('md5').update(body).digest('hex');
    return { value: `${body}/${sum}`, key: random(2) === 0 ? `key ${random(50)}` : null };
  });
  await topic.append(records);
  writeSync(1, `${number}\n`);
}
