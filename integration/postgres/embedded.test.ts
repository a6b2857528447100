import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from 'vitest';
import { defineJob, int32, memoryStore, run, schema, start, utf8 } from '@millrace/core';
import { randomOf, seedOf } from '@millrace/core/testing';
import { memory } from '@millrace/connectors/memory';
import { postgres } from '@millrace/connectors/postgres';
import { contextOf, replaceContract, sharedContract, sinkContract, viewContract } from '@millrace/connectors/testing';
import { until } from '../until.js';
import { sinkSubject, viewSubject, type TestedDatabase } from './subjects.js';

// PGlite: the same tables without a server.

let client: PGlite;
beforeAll(async () => {
  client = await PGlite.create();
});
afterAll(() => client.close());

const runner = { describe, it };
const embedded = (): TestedDatabase => ({
  open: () => postgres({ client }),
  query: async (text) => (await client.query<{ [column: string]: unknown }>(text)).rows,
});
const table = { name: 'a table of PGlite', make: () => sinkSubject(embedded(), undefined) };
const view = { name: 'a view of PGlite', make: () => sinkSubject(embedded(), ['id']) };

sinkContract(runner, table);
sinkContract(runner, view);
replaceContract(runner, table);
replaceContract(runner, view);
sharedContract(runner, table);
sharedContract(runner, view);
viewContract(runner, { name: 'a view of PGlite', make: () => viewSubject(embedded()) });

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-pglite-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function idsIn(folder: string): Promise<readonly number[]> {
  const database = await PGlite.create(join(folder, 'postgres', 'data'));
  try {
    const { rows } = await database.query<{ n: number }>('SELECT n FROM events ORDER BY n');
    return rows.map(({ n }) => n);
  } finally {
    await database.close();
  }
}

test('a folder keeps its tables from run to run, for two sinks at once', async () => {
  const folder = await newFolder();
  const Event = schema({ id: utf8, n: int32 });
  const topic = memory().topic('events', Event);
  const database = postgres({ folder: join(folder, 'postgres') });
  const job = defineJob({
    name: 'events',
    sources: { live: topic },
    graph: (events) => ({ events, again: events }),
    sinks: { events: database.table('events', { create: true }), again: database.table('again', { create: true }) },
    checkpoints: memoryStore(),
  });
  for (const n of [1, 2]) {
    await topic.send([{ id: `e${n}`, n }]);
    const handle = start(job, { mode: 'live', report: false });
    const read = (): number | undefined => handle.metrics().sources['events']?.partitions[0]?.position;
    await until(() => read() === n || handle.metrics().state === 'failed', handle.metrics);
    await handle.stop();
    expect(await idsIn(folder)).toEqual(n === 1 ? [1] : [1, 2]);
  }
});

test('a sink that is closed twice at once leaves the folder to the others', async () => {
  const database = postgres({ folder: join(await newFolder(), 'postgres') });
  const one = await database.table('one', { create: true }).open(contextOf());
  const other = await database.table('other', { create: true }).open(contextOf());
  await Promise.all([one.close(), one.close()]);
  expect(await other.published()).toBe(-1);
  await other.close();
});

test('kill -9 at any moment loses nothing and doubles nothing', async () => {
  const folder = await newFolder();
  const random = randomOf(seedOf());
  const script = join(import.meta.dirname, 'embedded-child.mjs');
  let killed = 0;
  for (let attempt = 0; ; attempt++) {
    const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = once(child, 'exit');
    if (attempt < 8) {
      await once(child.stdout, 'data');
      setTimeout(() => child.kill('SIGKILL'), random.below(400));
    }
    const [code, signal] = (await exit) as [number | null, string | null];
    if (signal === 'SIGKILL') {
      killed++;
      continue;
    }
    if (attempt < 8) continue;
    expect(code).toBe(0);
    break;
  }
  expect(killed).toBeGreaterThan(3);
  expect(await idsIn(folder)).toEqual(Array.from({ length: 20_000 }, (_, n) => n));
});

test('a folder that another process has open is refused with one sentence', async () => {
  const folder = await newFolder();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'embedded-child.mjs'), folder, 'stay'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const Event = schema({ n: int32 });
  const job = defineJob({
    name: 'other',
    sources: { live: memory().rows(Event, [{ n: 1 }]) },
    graph: (events) => ({ events }),
    sinks: { events: postgres({ folder: join(folder, 'postgres') }).table('other', { create: true }) },
  });
  await expect(run(job, { mode: 'live', report: false })).rejects.toThrow(
    new RegExp(`is open in process ${child.pid}, and can be in one only`),
  );
});
