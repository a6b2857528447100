import { memoryStore, type ObjectStore } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { type Action, type AddFile, formatCommit } from './actions.js';
import { writeCheckpoint } from './checkpoint.js';
import { commit } from './commit.js';
import { loadLog } from './load-log.js';
import { checkpointKey, commitKey, hintKey, newestKey } from './log-listing.js';
import { emptyState, type LogState } from './log-state.js';
import type { TableFolder } from './table-folder.js';

const metaData = {
  id: 'table-1',
  format: { provider: 'parquet', options: {} },
  schemaString: '{"type":"struct","fields":[]}',
  partitionColumns: [],
  configuration: { 'millrace.kind': 'test' },
  createdTime: 17,
};
const protocol = { minReaderVersion: 1, minWriterVersion: 2 };

function tableIn(store: ObjectStore): TableFolder {
  return { store, prefix: 't/', label: 'lake table "t" (memory)' };
}

function add(path: string, more: Partial<AddFile> = {}): Action {
  return { add: { path, partitionValues: {}, size: 7, modificationTime: 8, dataChange: true, ...more } };
}

/** A log with one file and one step of an application per version; version 0 declares the table. */
async function logOf(versions: number, from = 0): Promise<TableFolder> {
  const table = tableIn(memoryStore());
  for (let version = from; version <= versions; version++) await writeVersion(table, version);
  return table;
}

async function writeVersion(table: TableFolder, version: number): Promise<void> {
  const actions: Action[] = [add(`${version}.parquet`), { txn: { appId: 'app', version } }];
  if (version === 0) actions.unshift({ protocol }, { metaData });
  await table.store.put(commitKey(table, version), formatCommit(actions));
}

function expectWhole(state: LogState | undefined, version: number): void {
  expect(state?.version).toBe(version);
  expect(state?.metaData).toMatchObject(metaData);
  expect(state?.protocol).toEqual(protocol);
  expect(state?.txns).toEqual(new Map([['app', version]]));
  expect([...state!.files.keys()]).toEqual(Array.from({ length: version + 1 }, (_, i) => `${i}.parquet`));
}

describe('commits', () => {
  test('a listing that lags behind holds up neither a writer nor a reader', async () => {
    const { store, ...table } = await logOf(3);
    const list = async function* (prefix: string, after?: string): ReturnType<ObjectStore['list']> {
      for await (const each of store.list(prefix, after)) if (!/0000[2-9]\.json$/.test(each.key)) yield each;
    };
    const lagging = { ...table, store: { ...store, list } };
    const state = (await loadLog(lagging))!;
    expect(state.version).toBe(1);
    expect(await commit(lagging, state, 'test', () => [add('mine.parquet')])).toBe(true);
    expect([...state.files.keys()]).toEqual(['0.parquet', '1.parquet', '2.parquet', '3.parquet', 'mine.parquet']);
    // The writer has noted what it made.
    expect((await loadLog(lagging))!.version).toBe(4);
  });

  test('a checkpoint says the same as the commits, tags, statistics and tombstones included', async () => {
    const table = await logOf(3);
    const state = (await loadLog(table))!;
    const file = add('a b%.parquet', {
      stats: '{"numRecords":1}',
      tags: { 'millrace.from': '0' },
      partitionValues: { p: null, q: 'x' },
    });
    await commit(table, state, 'test', () => [
      file,
      { remove: { path: '0.parquet', deletionTimestamp: Date.now(), dataChange: true } },
    ]);
    await writeCheckpoint(table, state, Date.now());
    for (let version = 0; version <= 3; version++) await table.store.delete(commitKey(table, version));
    const read = (await loadLog(table))!;
    expect(read.files.get('a b%.parquet')).toEqual({ ...file.add, dataChange: false });
    expect([...read.removed.keys()]).toEqual(['0.parquet']);
    expect(read.txns).toEqual(state.txns);
    expect(read.metaData).toMatchObject(metaData);
  });

  test('every tenth commit leaves a checkpoint, and the next reader starts there', async () => {
    const table = tableIn(memoryStore());
    const state = emptyState();
    for (let version = 0; version <= 25; version++) {
      const start = version === 0 ? [{ protocol }, { metaData }] : [];
      await commit(table, state, 'test', () => [
        ...start,
        add(`${version}.parquet`),
        { txn: { appId: 'app', version } },
      ]);
    }
    const read: string[] = [];
    const store = { ...table.store, get: (key: string) => (read.push(key), table.store.get(key)) };
    expectWhole(await loadLog(tableIn(store)), 25);
    expect(read).toEqual([newestKey(table), hintKey(table), checkpointKey(table, 20), ...[21, 22, 23, 24, 25].map((v) => commitKey(table, v))]); // prettier-ignore
  });

  test('of many writers at once each commits once, on top of all before it', async () => {
    const table = await logOf(0);
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      const state = (await loadLog(table))!;
      for (let step = 1; step <= 5; step++) {
        await commit(table, state, 'test', (on) => {
          expect(on.txns.get(`w${writer}`) ?? 0).toBe(step - 1);
          return [add(`w${writer}-${step}.parquet`), { txn: { appId: `w${writer}`, version: step } }];
        });
      }
    });
    await Promise.all(writers);
    const state = (await loadLog(table))!;
    expect(state.version).toBe(40);
    expect(state.files.size).toBe(41);
    expect(Array.from({ length: 8 }, (_, writer) => state.txns.get(`w${writer}`))).toEqual(new Array(8).fill(5));
  });

  test('36a: a commit whose answer was lost is known as our own; a foreign one is stepped over', async () => {
    const table = await logOf(0);
    let lost = 0;
    const store: ObjectStore = {
      ...table.store,
      async create(key, bytes) {
        const created = await table.store.create(key, bytes);
        if (created) lost++;
        return created && key !== commitKey(table, 1);
      },
    };
    const state = (await loadLog(table))!;
    await writeVersion(table, 2);
    await commit(tableIn(store), state, 'test', () => [add('mine.parquet')]);
    expect([state.version, lost]).toEqual([1, 1]);
    await commit(tableIn(store), state, 'test', () => [add('more.parquet')]);
    const read = (await loadLog(table))!;
    expect([read.version, [...read.files.keys()]]).toEqual([3, ['0.parquet', 'mine.parquet', '2.parquet', 'more.parquet']]); // prettier-ignore
  });

  test('a commit that is empty, cut off at any byte or gone is noticed, the newest one too', async () => {
    const table = tableIn(memoryStore());
    const state = emptyState();
    await commit(table, state, 'test', () => [{ protocol }, { metaData }, add('0.parquet')]);
    await commit(table, state, 'test', () => [add('1.parquet'), { txn: { appId: 'app', version: 1 } }]);
    const key = commitKey(table, 1);
    const bytes = (await table.store.get(key))!;
    for (let length = 0; length < bytes.length - 1; length++) {
      await table.store.put(key, bytes.subarray(0, length));
      await expect(loadLog(table)).rejects.toMatchObject({ code: 'MILLRACE_TABLE_UNREADABLE' });
    }
    await table.store.delete(key);
    await expect(loadLog(table)).rejects.toThrow('version 1, which was made, is missing in its log');
    await table.store.delete(commitKey(table, 0));
    await expect(loadLog(table)).rejects.toThrow('version 1, which was made, is missing in its log');
  });

  test('a proposal that has become needless commits nothing', async () => {
    const table = await logOf(1);
    const state = (await loadLog(table))!;
    expect(await commit(table, state, 'test', ({ txns }) => (txns.get('app')! >= 1 ? undefined : []))).toBe(false);
    expect((await loadLog(table))!.version).toBe(1);
  });
});
