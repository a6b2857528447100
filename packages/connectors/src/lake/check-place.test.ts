import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { memoryStore, run, type ObjectStore } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { batchOf, ContractRow, contextOf, rowsNamed } from '@millrace/connectors/testing';
import { archive, compact, lake, readRows, type DerivedTable } from './index.js';

const bytes = new Uint8Array([1]);

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-place-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function made(table: DerivedTable): Promise<void> {
  const writer = await table.open(contextOf());
  writer.write(batchOf(rowsNamed('a')));
  writer.seal(0);
  await writer.publish({ checkpoint: 0, staged: await writer.stage(0), final: false });
  await writer.close();
}

/** Who would write into that table: each refuses it with the same sentence. */
async function refused(root: string | ObjectStore, name: string, problem: string): Promise<void> {
  const tables = lake({ root });
  const sentence = `${tables.table(name).label} is not the right table: ${problem}.`;
  const expected = { code: 'MILLRACE_TABLE_FOREIGN', sentence };
  const topic = memory().topic('pins', ContractRow);
  await topic.end();
  await expect(tables.table(name).open(contextOf())).rejects.toMatchObject(expected);
  await expect(tables.table(name).open(contextOf({ publish: 'replace' }))).rejects.toMatchObject(expected);
  const archiving = archive({ from: topic, to: tables.table(name, ContractRow) });
  await expect(run(archiving, { mode: 'live', report: false })).rejects.toMatchObject(expected);
  await expect(compact(tables.table(name))).rejects.toMatchObject(expected);
}

describe('a table in the folder of another one', () => {
  test('is refused, also in its log, and also where the root is far below', async () => {
    const path = await newFolder();
    await made(lake({ root: path }).table('pins'));
    const inTable = `it lies in the folder of another table (${path}/pins)`;
    await refused(join(path, 'pins'), 'inner', inTable);
    await refused(join(path, 'pins', 'a', 'b'), 'inner', inTable);
    await refused(path, 'pins/inner', inTable);
    const inLog = 'it lies in the log of another table (_delta_log)';
    await refused(join(path, 'pins', '_delta_log'), 'inner', inLog);
    await refused(path, 'pins/_delta_log/inner', inLog);
  });

  test('is refused in a store of any kind', async () => {
    const store = memoryStore();
    await made(lake({ root: store }).table('pins'));
    await refused(store, 'pins/inner', 'it lies in the folder of another table (memory/pins)');
    await refused(store, '_delta_log', 'it lies in the log of another table (_delta_log)');
  });

  test('is refused the other way round: a folder of tables can be none', async () => {
    const store = memoryStore();
    await made(lake({ root: store }).table('lake/pins'));
    await refused(store, 'lake', 'another table lies in its folder (pins)');
  });
});

describe('a folder without a log', () => {
  test('is refused where Parquet files of others lie in it', async () => {
    const path = await newFolder();
    await mkdir(join(path, 'pins', 'day=1'), { recursive: true });
    const name = `part-00000-${randomUUID()}-c000.snappy.parquet`;
    await writeFile(join(path, 'pins', name), bytes);
    const problem = (file: string): string =>
      `its folder has no log, and Parquet files that Millrace has not written (${file})`;
    await refused(path, 'pins', problem(name));
    await rm(join(path, 'pins', name));
    await writeFile(join(path, 'pins', 'day=1', 'data_0.parquet'), bytes);
    await refused(path, 'pins', problem('day=1/data_0.parquet'));
  });

  test('is a new table where only what Millrace itself has left behind lies in it', async () => {
    const store = memoryStore();
    const table = lake({ root: store }).table('pins');
    // Killed after it has staged, before the first commit: a file that is whole, and one that is not.
    const killed = await table.open(contextOf({ publish: 'replace' }));
    killed.write(batchOf(rowsNamed('a')));
    killed.seal(0);
    await killed.stage(0);
    await store.put(`pins/part-0-30-${randomUUID()}.parquet`, bytes);
    await store.put('pins/README.md', bytes);
    await made(table);
    const ids: unknown[] = [];
    for await (const { id } of readRows(table)) ids.push(id);
    expect(ids).toEqual(['a']);
  });
});
