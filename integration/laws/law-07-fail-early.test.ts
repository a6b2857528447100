import { defineJob, memoryStore, run, schema, utf8 } from '@millrace/core';
import { archive, lake } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';

const program = fileURLToPath(new URL('law-07-mistakes.mjs', import.meta.url));

/** The lines of the program that its errors must name, in its order. */
const lines = readFileSync(program, 'utf8')
  .split('\n')
  .flatMap((line, i) => (line.trim() === '// ↓' ? [i + 2] : []));

interface Thrown {
  readonly code: string;
  readonly where: string;
  readonly sentence: string;
  readonly fix: string;
}

let thrown: readonly (readonly [string, Thrown])[];

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  thrown = Object.entries(JSON.parse(stdout) as Record<string, Thrown>);
});

test('law 7: a mistake in plain JavaScript fails on its own line, in one sentence, with what to change', () => {
  expect(thrown).toHaveLength(lines.length);
  thrown.forEach(([name, { code, where, sentence, fix }], i) => {
    expect(code).toBe(name.split(' ')[0]);
    expect({ name, where: where.replace(/:\d+$/, '') }).toEqual({ name, where: `${program}:${String(lines[i])}` });
    expect(sentence).toMatch(/^[^\n]+\.$/);
    expect(fix).toMatch(/^[^\n]+\.$/);
  });
});

test('law 7: a table that is another topic’s is refused before a record is read', async () => {
  const Pin = schema({ id: utf8 });
  const place = memory();
  const table = lake({ root: memoryStore() }).table('pins', Pin);
  const [pins, others] = [place.topic('pins', Pin), place.topic('others', Pin)];
  for (const topic of [pins, others]) {
    await topic.send([{ id: 'a' }]);
    await topic.end();
  }
  await run(archive({ from: pins, to: table }), { mode: 'live', report: false });
  await expect(run(archive({ from: others, to: table }), { mode: 'live', report: false })).rejects.toMatchObject({
    code: 'MILLRACE_TABLE_FOREIGN',
  });
  const kept = place.list('kept');
  const job = defineJob({
    name: 'job',
    sources: { live: others, replay: table },
    graph: (flow) => ({ kept: flow }),
    sinks: { kept },
  });
  await expect(run(job, { mode: 'both', report: false })).rejects.toMatchObject({ code: 'MILLRACE_SOURCE_CHANGED' });
  expect(await kept.rows()).toEqual([]);
});

test('law 7: a table in the folder of another one, or among the files of others, is refused before a record is read', async () => {
  const Pin = schema({ id: utf8 });
  const store = memoryStore();
  const tables = lake({ root: store });
  const topic = memory().topic('pins', Pin);
  await topic.send([{ id: 'a' }]);
  await topic.end();
  await run(archive({ from: topic, to: tables.table('pins', Pin) }), { mode: 'live', report: false });
  await store.put('others/data_0.parquet', new Uint8Array([1]));
  for (const name of ['pins/inner', 'pins/_delta_log/inner', 'others']) {
    const job = defineJob({
      name: 'job',
      sources: { live: topic },
      graph: (pins) => ({ pins }),
      sinks: { pins: tables.table(name) },
    });
    const archiving = archive({ from: topic, to: tables.table(name, Pin) });
    for (const each of [job, archiving]) {
      await expect(run(each, { mode: 'live', report: false })).rejects.toMatchObject({
        code: 'MILLRACE_TABLE_FOREIGN',
      });
    }
    expect(await store.size(`${name}/_delta_log/00000000000000000000.json`)).toBeUndefined();
  }
});
