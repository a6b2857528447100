import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { int32, schema, utf8 } from '@millrace/core';
import { partitionOfKey } from '@millrace/core/connector';
import { batchOf, contextOf, rowsNamed } from '../testing/index.js';
import { memory } from './index.js';

// A topic that is made to grow by another handle while a sink or a program writes into it.

const Row = schema({ id: utf8, n: int32 });
const names = (prefix: string): string[] => Array.from({ length: 40 }, (_, i) => `${prefix}${i}`);

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-grown-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const places: {
  readonly [name: string]: () => Promise<{
    here: () => ReturnType<typeof memory>;
    elsewhere: () => ReturnType<typeof memory>;
  }>;
} = {
  async 'in this process'() {
    const place = memory();
    return { here: () => place, elsewhere: () => place };
  },
  async 'in a folder'() {
    const folder = await newFolder();
    const place = memory({ folder });
    return { here: () => place, elsewhere: () => memory({ folder }) };
  },
};

test.each(Object.keys(places))('keys go where they belong as soon as a topic has grown: %s', async (name) => {
  const { here, elsewhere } = await places[name]!();
  const writer = await here().topic('rows', { keyedBy: 'id', partitions: 2 }).open(contextOf());
  const checkpoint = async (number: number, rows: readonly string[]): Promise<void> => {
    writer.write(batchOf(rowsNamed(...rows)));
    writer.seal(number);
    await writer.publish({ checkpoint: number, staged: await writer.stage(number), final: false });
  };
  await checkpoint(0, names('a'));
  const other = elsewhere().topic('rows', Row, { keyedBy: 'id' });
  await other.addPartitions(1);
  await checkpoint(1, names('b'));
  await writer.close();
  const program = here().topic('rows', Row, { keyedBy: 'id' });
  await program.send(names('c').map((id) => ({ id, n: 0 })));
  await other.addPartitions(2);
  await program.send(names('d').map((id) => ({ id, n: 0 })));
  for (const [prefix, partitions] of [
    ['a', 2],
    ['b', 3],
    ['c', 3],
    ['d', 5],
  ] as const) {
    expect(await placesOf(prefix)).toEqual(
      Object.fromEntries(names(prefix).map((id) => [id, partitionOfKey(Buffer.from(id), partitions)])),
    );
  }

  async function placesOf(prefix: string): Promise<{ [id: string]: number }> {
    const reader = await here()
      .topic('rows', Row)
      .open({ columns: new Set(), metadata: true, logger: contextOf().logger });
    const found: { [id: string]: number } = {};
    for (const { partition, start, end } of await reader.partitions()) {
      for (let position = start; position < end;) {
        const pull = await reader.read(partition, position, 1000);
        if (pull.kind !== 'records') throw new Error(pull.kind);
        const { length, keys, next } = pull.records;
        for (let row = 0; row < length; row++) {
          const id = Buffer.from(keys.bytes.subarray(keys.offsets[row], keys.offsets[row + 1])).toString();
          if (id.startsWith(prefix)) found[id] = partition;
        }
        position = next;
      }
    }
    await reader.close();
    return found;
  }
});
