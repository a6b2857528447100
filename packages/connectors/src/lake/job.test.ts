import { defineJob, type Flow, int32, memoryStore, run, schema, start, utf8 } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { archive, lake, readRows } from './index.js';

const Line = schema({ id: utf8, n: int32 });
const line = (n: number): string => (n % 10 === 4 ? 'torn' : `{"id":"${n}","n":${n}}`);
const silent = { report: false } as const;

test('a topic, its archive, and the archive with the rest of the topic give the same tables', async () => {
  const topic = memory().topic('lines', Line, { partitions: 2 });
  const append = (from: number, to: number): Promise<void> =>
    topic.append(
      Array.from({ length: to - from }, (_, i) => ({
        partition: (from + i) % 2,
        value: line(from + i),
        brokerTime: 5,
      })),
    );
  const tables = lake({ root: memoryStore() });
  const lines = tables.table('lines', Line);
  const out = tables.table('out');
  const made = (name: string, sink = out) =>
    defineJob({
      name,
      sources: { live: topic, replay: lines },
      graph: (raw: Flow<typeof Line.fields>) => ({ lines: raw }),
      sinks: { lines: sink },
      checkpoints: memoryStore(),
    });

  await append(0, 400);
  const archiving = start(archive({ from: topic, to: lines }), { mode: 'live', ...silent });
  const readUp = (): boolean => {
    const partitions = archiving.metrics().sources['lines']?.partitions ?? [];
    return partitions.length === 2 && partitions.every(({ state }) => state === 'caughtUp');
  };
  while (!readUp()) await setImmediate();
  expect((await archiving.stop()).ledger['source']).toMatchObject({ in: 400, rejected: 40 });
  await append(400, 700);
  await topic.end();

  const live = await run(made('live'), { mode: 'live', ...silent });
  const both = await run(made('both', tables.table('both')), { mode: 'both', ...silent });
  await run(archive({ from: topic, to: lines, flushRows: 64 }), { mode: 'live', ...silent });
  await expect(run(made('replay'), { mode: 'replay', ...silent })).rejects.toMatchObject({ code: 'MILLRACE_LINEAGE_FOREIGN' }); // prettier-ignore
  const replay = await run(made('replaced'), { mode: 'replay', ...silent, publish: 'replace' });

  expect(live.outputs['lines']!.rows).toBe(630);
  for (const other of [both, replay]) {
    expect(other.outputs).toEqual(live.outputs);
    expect(other.ledger).toEqual(live.ledger);
  }
  for (const table of [out, tables.table('both')]) {
    const ids: number[] = [];
    for await (const { n } of readRows(table)) ids.push(n as number);
    expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: 700 }, (_, n) => n).filter((n) => n % 10 !== 4));
  }
});
