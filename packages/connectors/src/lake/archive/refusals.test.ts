import { int32, memoryStore, type ObjectStore, run, schema, type Source, utf8 } from '@millrace/core';
import { silentLogger, type SourceContext } from '@millrace/core/connector';
import { memory } from '@millrace/connectors/memory';
import { describe, expect, test } from 'vitest';
import { commitKey } from '../delta/log-listing.js';
import { loadLog } from '../delta/load-log.js';
import { archive, lake, readRows } from '../index.js';
import { tablePlace } from '../table-place.js';
import type { ArchiveTable } from './archive-table.js';

const Event = schema({ id: utf8, n: int32 });
const everything: SourceContext = { columns: new Set(['id', 'n']), metadata: true, logger: silentLogger };

function tableIn(store: ObjectStore, name = 'events'): ArchiveTable<typeof Event.fields> {
  return lake({ root: store }).table(name, Event);
}

function archived(from: Source, to: ArchiveTable) {
  return run(archive({ from, to, flushRows: 10 }), { mode: 'live', report: false });
}

describe('what is not the archive of this topic is refused', () => {
  async function made(): Promise<{ store: ObjectStore; table: ArchiveTable<typeof Event.fields>; topic: Source }> {
    const topic = memory().topic('events', Event, { partitions: 2 });
    const records = Array.from({ length: 80 }, (_, i) => ({ partition: i % 2, value: `{"id":"e${i}","n":${i}}` }));
    await topic.append(records);
    await topic.end();
    const store = memoryStore();
    const table = tableIn(store);
    await archived(topic, table);
    return { store, table, topic };
  }
  const sentence = (table: { open(context: SourceContext): Promise<unknown> }) =>
    table.open(everything).then(() => 'opened', (error: unknown) => `${(error as { code: string }).code} ${(error as { sentence: string }).sentence}`); // prettier-ignore

  test('a table that is not there, is another topic’s, or is a table of results', async () => {
    const { store, table } = await made();
    expect(await sentence(tableIn(store, 'none'))).toBe('MILLRACE_TABLE_UNREADABLE lake table "none" (memory) cannot be read: there is no such table.'); // prettier-ignore
    const other = lake({ root: store }).table('events', schema({ user: utf8, age: int32 }));
    expect(await sentence(other)).toBe('MILLRACE_TABLE_FOREIGN lake table "events" (memory) is not the right table: it archives the topic "events", whose records have none of the fields user, age.'); // prettier-ignore
    const users = memory().topic('users', Event);
    await users.end();
    await expect(archived(users, table)).rejects.toMatchObject({ code: 'MILLRACE_TABLE_FOREIGN', sentence: expect.stringContaining('it archives the topic "events"') as string }); // prettier-ignore
    const results = lake({ root: store }).table('results');
    const writer = await results.open({ schema: Event, mode: 'append', output: 'o', job: 'j', lineage: 'l', restored: -1, epoch: 0, publish: 'append', logger: silentLogger }); // prettier-ignore
    await writer.close();
    expect(await sentence(tableIn(store, 'results'))).toContain('it holds the results of a job and archives no topic');
  });

  test('a key that the topic did not have', async () => {
    const { store } = await made();
    const keyed = lake({ root: store }).table('events', Event, { keyedBy: 'id' });
    expect(await sentence(keyed)).toContain(
      "keyedBy is 'id', and the topic was keyed by no field when it was archived",
    );
    expect(() => lake({ root: store }).table('x', schema({ _offset: int32 }))).toThrow('_offset');
    expect(() => lake({ root: store }).table('x', Event, { keyedBy: 'nope' as 'id' })).toThrow('nope');
    expect(() => lake({ root: store }).table('../x')).toThrow('would leave its folder');
    expect(() => lake({ root: 'gs://bucket' })).toThrow('no path, file: URL or s3:// URL');
    expect(() => lake({ root: 's3://' })).toThrow('names no place in a bucket');
    expect(() => lake({ root: './lake', s3: {} })).toThrow('s3 is given, and root is "./lake"');
    expect(lake({ root: 's3://bucket/lake' }).table('x').label).toBe('lake table "x" (s3://bucket/lake)');
  });

  test('a hole, a doubled range, a missing file, one that is cut off, and one that is damaged', async () => {
    const { store, table } = await made();
    const folder = await table[tablePlace].folder();
    const { files, version } = (await loadLog(folder))!;
    const [first, second] = [...files.values()].filter(({ path }) => path.startsWith('part-0-'));
    const commit = (...actions: object[]) => store.put(commitKey(folder, version + 1), new TextEncoder().encode(actions.map((action) => JSON.stringify(action)).join('\n'))); // prettier-ignore
    await commit({ remove: { path: second!.path, deletionTimestamp: 0, dataChange: true } });
    expect(await sentence(table)).toMatch(/^MILLRACE_TABLE_GAP lake table "events" \(memory\): partition 0 has no records at offsets \d+ to \d+\.$/); // prettier-ignore
    await commit({ add: { ...first, path: 'copy.parquet' } });
    expect(await sentence(table)).toMatch(/partition 0 has the offsets 0 to \d+ twice, in its file/);
    await commit({ add: { ...first, path: 'copy.parquet', tags: undefined } });
    expect(await sentence(table)).toContain('its file copy.parquet does not say which offsets it holds');
    await store.delete(commitKey(folder, version + 1));

    const key = `events/${first!.path}`;
    const bytes = (await store.get(key))!;
    await store.delete(key);
    expect(await sentence(table)).toContain(`its file ${first!.path} is gone, though the log still has it`);
    await store.put(key, bytes.slice(0, -20));
    expect(await sentence(table)).toContain(`its file ${first!.path} has ${bytes.length - 20} bytes and not the ${bytes.length} that were written`); // prettier-ignore
    await store.put(key, bytes.map((byte, i) => (i === 100 ? byte ^ 1 : byte))); // prettier-ignore
    await expect(everyRow(table)).rejects.toMatchObject({ code: 'MILLRACE_TABLE_UNREADABLE', sentence: expect.stringContaining(`its file ${first!.path} is damaged`) as string }); // prettier-ignore
    await store.put(key, bytes);
    await store.delete(commitKey(folder, 1));
    for await (const { key: log } of store.list('events/_delta_log/'))
      if (log.includes('checkpoint')) await store.delete(log);
    expect(await sentence(table)).toContain('version 1 is missing in its log');
  });

  test('a protocol that is newer than what we know', async () => {
    const { store, table, topic } = await made();
    const folder = await table[tablePlace].folder();
    const { version } = (await loadLog(folder))!;
    const raise = (minReaderVersion: number, minWriterVersion: number) =>
      store.put(commitKey(folder, version + 1), new TextEncoder().encode(JSON.stringify({ protocol: { minReaderVersion, minWriterVersion } }))); // prettier-ignore
    await raise(3, 7);
    expect(await sentence(table)).toContain('it asks for a reader of version 3 of the Delta protocol');
    await raise(1, 7);
    expect(await sentence(table)).toBe('opened');
    await expect(archived(topic, table)).rejects.toThrow('it asks for a writer of version 7');
  });

  test('positions outside of what is stored', async () => {
    const { table } = await made();
    const reader = await table.open(everything);
    await expect(reader.read(0, 41, 1)).rejects.toMatchObject({ code: 'MILLRACE_SOURCE_BEYOND_END' });
    await expect(reader.read(7, 1, 1)).rejects.toMatchObject({ code: 'MILLRACE_SOURCE_BEYOND_END' });
    expect(await reader.read(0, 40, 1)).toEqual({ kind: 'end' });
  });
});

async function everyRow(table: ArchiveTable): Promise<number> {
  let rows = 0;
  for await (const row of readRows(table)) rows += Object.keys(row).length;
  return rows;
}
