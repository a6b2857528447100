import { memoryStore, type ObjectStore } from '@millrace/core';
import type { StoredObject } from '@millrace/core/connector';
import { describe, expect, test } from 'vitest';
import { type Action, type AddFile, formatCommit } from './actions.js';
import { writeCheckpoint } from './checkpoint.js';
import { advanceLog, loadLog } from './load-log.js';
import { checkpointKey, commitKey, hintKey, listLog } from './log-listing.js';
import type { LogState } from './log-state.js';
import { fileKey, filePath, type TableFolder } from './table-folder.js';

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

/** Writes the checkpoint of a version as its commits make it. */
async function checkpointAt(table: TableFolder, version: number): Promise<void> {
  const state = (await loadLog(table))!;
  expect(state.version).toBe(version);
  await writeCheckpoint(table, state, Date.now());
}

async function writeHint(table: TableFolder, text: string): Promise<void> {
  await table.store.put(hintKey(table), new TextEncoder().encode(text));
}

function expectWhole(state: LogState | undefined, version: number): void {
  expect(state?.version).toBe(version);
  expect(state?.metaData).toMatchObject(metaData);
  expect(state?.protocol).toEqual(protocol);
  expect(state?.txns).toEqual(new Map([['app', version]]));
  expect([...state!.files.keys()]).toEqual(Array.from({ length: version + 1 }, (_, i) => `${i}.parquet`));
}

/** The store, whose listings leave out or cut what `hide` says. */
function listing(store: ObjectStore, hide: (object: StoredObject, call: number) => boolean): ObjectStore {
  let calls = 0;
  return {
    ...store,
    async *list(prefix, after) {
      const call = calls++;
      for await (const object of store.list(prefix, after)) if (!hide(object, call)) yield object;
    },
  };
}

describe('case 37: the newest version', () => {
  test('37a: 1,201 commits without a checkpoint', async () => {
    expectWhole(await loadLog(await logOf(1200)), 1200);
  });

  test('37a: a log of more commits than a call takes arguments', async () => {
    const names = Array.from({ length: 200_001 }, (_, version) => ({ key: commitKey(tableIn(memoryStore()), version), size: 1 })); // prettier-ignore
    const long: ObjectStore = {
      ...memoryStore(),

      async *list() {
        yield* names as unknown as StoredObject[];
      },
    };
    expect((await listLog(tableIn(long), 0)).head).toBe(200_000);
  });

  test('37b: the newest checkpoint that is there, not the one that the hint names', async () => {
    const table = await logOf(100);
    await checkpointAt(table, 100);
    for (let version = 101; version <= 110; version++) await writeVersion(table, version);
    await checkpointAt(table, 110);
    for (let version = 111; version <= 140; version++) await writeVersion(table, version);
    for (let version = 0; version <= 100; version++) await table.store.delete(commitKey(table, version));
    await writeHint(table, '{"version":100,"size":3}');
    expectWhole(await loadLog(table), 140);
  });

  test('37c: a hole is looked for again and then named', async () => {
    const table = await logOf(110);
    await checkpointAt(table, 110);
    for (let version = 111; version <= 140; version++) await writeVersion(table, version);
    const hidden = commitKey(table, 112);
    let listings = 0;
    const always = listing(table.store, ({ key }, call) => ((listings = call + 1), key === hidden));
    await expect(loadLog(tableIn(always))).rejects.toMatchObject({
      code: 'MILLRACE_TABLE_UNREADABLE',
      sentence: `lake table "t" (memory) cannot be read: version 112 is missing in its log (${hidden}), and later ones are there.`,
    });
    expect(listings).toBe(2);
    expectWhole(await loadLog(tableIn(listing(table.store, ({ key }, call) => key === hidden && call === 0))), 140);
  });

  test('37d: a hint that names no checkpoint, is cut off, or is missing', async () => {
    const table = await logOf(10);
    await checkpointAt(table, 10);
    await table.store.put(fileKeyOfCommit(9), new Uint8Array());
    for (const hint of ['{"version":9,"size":1}', '{"version":1', '', '{"version":"x"}', '{"version":77}', 'null']) {
      await writeHint(table, hint);
      expectWhole(await loadLog(table), 10);
    }
    await table.store.delete(hintKey(table));
    expectWhole(await loadLog(table), 10);
  });

  test('37d: a checkpoint that is cut off costs nothing while the commits are there', async () => {
    const table = await logOf(10);
    await checkpointAt(table, 10);
    await table.store.put(checkpointKey(table, 10), (await table.store.get(checkpointKey(table, 10)))!.slice(0, 900));
    expectWhole(await loadLog(table), 10);
    await table.store.delete(commitKey(table, 4));
    await expect(loadLog(table)).rejects.toThrow('version 4 is missing in its log');
  });

  test('37e: a reader that goes on sees every commit once, and what only moves rows as such', async () => {
    const table = await logOf(10);
    const state = (await loadLog(table))!;
    await writeVersion(table, 11);
    await writeVersion(table, 12);
    const moved: Action[] = [
      { remove: { path: '1.parquet', deletionTimestamp: 1, dataChange: false } },
      add('merged.parquet', { dataChange: false }),
    ];
    await table.store.put(commitKey(table, 13), formatCommit(moved));
    const commits = await advanceLog(table, state);
    const added = commits.map(({ version, actions }) => [
      version,
      actions.filter((action) => action.add?.dataChange).map((action) => action.add!.path),
    ]);
    expect(added).toEqual([[11, ['11.parquet']], [12, ['12.parquet']], [13, []]]); // prettier-ignore
    expect(await advanceLog(table, state)).toEqual([]);
    expect(state.files.has('1.parquet')).toBe(false);
  });

  test('a commit that was cut off, or is gone before it is read, is named', async () => {
    const table = await logOf(3);
    const whole = (await table.store.get(commitKey(table, 2)))!;
    await table.store.put(commitKey(table, 2), whole.slice(0, -5));
    await expect(loadLog(table)).rejects.toThrow(/version 2 of its log \(t\/_delta_log\/0{19}2\.json\) is not whole/);
    const gone = { ...table.store, get: async (key: string) => (key === commitKey(table, 2) ? undefined : table.store.get(key)) }; // prettier-ignore
    await expect(loadLog(tableIn(gone))).rejects.toThrow('version 2 has gone from its log');
  });

  test('no log is no table', async () => {
    expect(await loadLog(tableIn(memoryStore()))).toBeUndefined();
  });
});

function fileKeyOfCommit(version: number): string {
  return `t/_delta_log/${String(version).padStart(20, '0')}.crc`;
}

// Case 34c: a file lies at a key in which the value is encoded; the log writes that key encoded once more.
test.each([
  ['a/b', 'p=a%252Fb/x.parquet', 'p=a%2Fb/x.parquet'],
  ['B B', 'p=B%2520B/x.parquet', 'p=B%20B/x.parquet'],
  ['50%', 'p=50%2525/x.parquet', 'p=50%25/x.parquet'],
])('34c: the path of %s is decoded once', (value, path, key) => {
  const table = tableIn(memoryStore());
  expect(fileKey(table, path)).toBe(`t/${key}`);
  expect(filePath(`p=${encodeURIComponent(value)}/x.parquet`)).toBe(path.replace('p=', 'p%3D'));
  expect(fileKey(table, filePath(key))).toBe(`t/${key}`);
});
