import {
  defineJob,
  type Fields,
  type Flow,
  float64,
  int32,
  int64,
  memoryStore,
  nullable,
  type ObjectStore,
  run,
  schema,
  utf8,
} from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { batchOf, contextOf, rowsNamed } from '@millrace/connectors/testing';
import { columnsOf } from '@millrace/core/connector';
import { beforeEach, describe, expect, test } from 'vitest';
import { writeDataFile } from './data-file.js';
import type { Action, MetaData } from './delta/actions.js';
import { loadLog } from './delta/load-log.js';
import { commitKey } from './delta/log-listing.js';
import type { LogState } from './delta/log-state.js';
import type { TableFolder } from './delta/table-folder.js';
import { archive, compact, lake, type LakeTable, readRows } from './index.js';

// Tables that another program has made, or has been at, as their logs then read.

const Row = { id: utf8, n: nullable(int32) };
const own = { id: 'string', n: 'integer' };

/** The columns of a table, by their names in Delta. */
function columns(types: { readonly [name: string]: unknown }): string {
  const fields = Object.entries(types).map(([name, type]) => ({ name, type, nullable: true, metadata: {} }));
  return JSON.stringify({ type: 'struct', fields });
}

let store: ObjectStore;
beforeEach(() => {
  store = memoryStore();
});
const folder = (name: string): TableFolder => ({ store, prefix: `${name}/`, label: `"${name}"` });
const tableIn = (name: string) => lake({ root: store }).table(name);
const stateOf = async (name: string): Promise<LogState> => (await loadLog(folder(name)))!;

/** A commit of another program on top of the newest version. */
async function commitOf(name: string, ...actions: readonly Action[]): Promise<void> {
  const version = ((await loadLog(folder(name)))?.version ?? -1) + 1;
  const text = actions.map((action) => JSON.stringify(action)).join('\n');
  await store.put(commitKey(folder(name), version), new TextEncoder().encode(text));
}

/** The other program changes what the table is. */
async function changed(name: string, changes: Partial<MetaData>): Promise<void> {
  await commitOf(name, { metaData: { ...(await stateOf(name)).metaData!, ...changes } });
}

/** A table as delta-rs or Spark make it: two files of one row each. */
async function madeByOther(name: string, changes: Partial<MetaData> = {}, files = ['a', 'b']): Promise<void> {
  const metaData: MetaData = {
    id: 'other',
    format: { provider: 'parquet', options: {} },
    schemaString: columns(own),
    partitionColumns: [],
    configuration: {},
    ...changes,
  };
  await commitOf(name, { protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData });
  for (const file of files) await addFile(name, file);
}

async function addFile(name: string, id: string): Promise<void> {
  const batch = { length: 1, columns: columnsOf(schema(Row).fields, [{ id, n: 1 }]) };
  const add = await writeDataFile(folder(name), `${id}.parquet`, Row, [batch], {});
  await commitOf(name, { add: { ...add, tags: undefined, partitionValues: { day: '2026-01-01' } } });
}

/** A table of results that Millrace has made, of two files. */
async function madeByJob(name: string): Promise<void> {
  const writer = await tableIn(name).open(contextOf());
  for (const [checkpoint, id] of ['a', 'b'].entries()) {
    writer.write(batchOf(rowsNamed(id)));
    writer.seal(checkpoint);
    await writer.publish({ checkpoint, staged: await writer.stage(checkpoint), final: false });
  }
  await writer.close();
}

const sentenceOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: unknown) => (error as { sentence: string }).sentence); // prettier-ignore

async function idsOf(table: LakeTable): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of readRows(table)) ids.push(id as string);
  return ids;
}

/** What `work` says, and what it has left of the table's version and files. */
async function refusal(name: string, work: Promise<unknown>): Promise<string> {
  const before = await stateOf(name);
  const sentence = await sentenceOf(work);
  const after = await stateOf(name);
  expect([after.version, [...after.files.keys()]]).toEqual([before.version, [...before.files.keys()]]);
  return sentence;
}

describe('a table that another program has made', () => {
  test('is read where all of it can be, and never compacted or written to', async () => {
    await madeByOther('plain');
    expect(await idsOf(tableIn('plain'))).toEqual(['a', 'b']);
    const not = 'lake table "plain" (memory) is not the right table: another program has made it.';
    expect(await refusal('plain', compact(tableIn('plain')))).toBe(not);
    expect(await refusal('plain', tableIn('plain').open(contextOf()))).toBe(not);
    expect(await refusal('plain', tableIn('plain').open(contextOf({ publish: 'replace' })))).toBe(not);
    const topic = memory().topic('rows', schema(Row));
    const plain = lake({ root: store }).table('plain', schema(Row));
    expect(await refusal('plain', run(archive({ from: topic, to: plain }), { mode: 'live', report: false }))).toBe(not);
  });

  test.each([
    ['narrow first', ['narrow', 'wide']],
    ['wide first', ['wide', 'narrow']],
  ])(
    'case 33a: files of other columns, narrower and without statistics, give their rows and those of a filter: %s',
    async (_, order) => {
      const written: { readonly [file: string]: readonly [Fields, object] } = {
        narrow: [
          { id: int32, a: utf8 },
          { id: 1, a: 'x' },
        ],
        wide: [
          { id: int64, b: float64 },
          { id: 9007199254740993n, b: 2.5 },
        ],
      };
      await madeByOther('table', { schemaString: columns({ id: 'long', a: 'string', b: 'double' }) }, []);
      for (const file of order) {
        const [fields, row] = written[file]!;
        const batch = { length: 1, columns: columnsOf(fields, [row as never]) };
        const add = await writeDataFile(folder('table'), `${file}.parquet`, fields, [batch], {});
        await commitOf('table', { add: { ...add, tags: undefined, stats: undefined } });
      }
      const rows = { narrow: { id: 1n, a: 'x', b: null }, wide: { id: 9007199254740993n, a: null, b: 2.5 } };
      const found: { readonly [column: string]: unknown }[] = [];
      for await (const row of readRows(tableIn('table'))) found.push(row);
      expect(found).toEqual(order.map((file) => rows[file as keyof typeof rows]));
      expect(found.filter(({ b }) => (b as number | null) !== null && (b as number) > 1)).toEqual([rows.wide]);
    },
  );

  test.each<[string, Partial<MetaData>, string]>([
    ['with partitions', { partitionColumns: ['day'], schemaString: columns({ ...own, day: 'string' }) }, 'it is partitioned by day'],
    ['with a type of its own', { schemaString: columns({ ...own, day: 'date' }) }, 'its column "day" is of a type that Millrace does not know'],
    ['with such a type inside', { schemaString: columns({ ...own, days: { type: 'array', elementType: 'date', containsNull: true } }) }, 'its column "days" is of a type that Millrace does not know'],
    ['with a map', { schemaString: columns({ ...own, constructor: { type: 'map', keyType: 'string', valueType: 'string' } }) }, 'its column "constructor" is of a type'],
  ])('%s is not read without it', async (_, changes, problem) => {
    await madeByOther('other', changes);
    expect(await sentenceOf(idsOf(tableIn('other')))).toContain(problem);
  }); // prettier-ignore
});

describe('a table of Millrace that another program has changed', () => {
  const days = { schemaString: columns({ ...own, day: 'date' }) };
  const unknown = 'its column "day" is of a type that Millrace does not know';

  test.each<[string, Partial<MetaData>, string]>([
    ['a column of a type of its own', days, unknown],
    ['partitions', { partitionColumns: ['day'], schemaString: columns({ ...own, day: 'string' }) }, 'it is partitioned by day'],
  ])('%s: nobody compacts it, adds to it or reads it', async (_, changes, problem) => {
    await madeByJob('results');
    await changed('results', changes);
    expect(await refusal('results', compact(tableIn('results')))).toContain(problem);
    expect(await refusal('results', tableIn('results').open(contextOf({ restored: 1 })))).toContain(problem);
    expect(await sentenceOf(idsOf(tableIn('results')))).toContain(problem);
  }); // prettier-ignore

  test('while a job is at work on it: the next rows do not come in', async () => {
    await madeByJob('results');
    const writer = await tableIn('results').open(contextOf({ restored: 1 }));
    writer.write(batchOf(rowsNamed('c')));
    writer.seal(2);
    const publication = { checkpoint: 2, staged: await writer.stage(2), final: false };
    await changed('results', days);
    expect(await refusal('results', writer.publish(publication))).toContain(unknown);
    await changed('results', { schemaString: columns({ id: 'string' }) });
    expect(await refusal('results', writer.publish(publication))).toContain('it has no column "n"');
    await changed('results', { schemaString: columns(own) });
    await writer.publish(publication);
    await writer.close();
    expect(await idsOf(tableIn('results'))).toEqual(['a', 'b', 'c']);
  });

  test.each<[string, Partial<MetaData>, string | undefined]>([
    ['a column', { schemaString: columns({ ...own, more: 'string' }) }, undefined],
    ['a column of a type of its own', days, unknown],
    ['nothing that Millrace looks at', { configuration: {} }, 'another program has made it'],
  ])('while it is compacted: %s', async (_, changes, problem) => {
    await madeByJob('results');
    const before = [...(await stateOf('results')).files.keys()];
    const { create } = store;
    let isChanged = false;
    store.create = async (key, bytes) => {
      if (!isChanged) {
        isChanged = true;
        await changed('results', changes);
      }
      return create.call(store, key, bytes);
    };
    const compaction = compact(tableIn('results'));
    if (problem !== undefined) expect(await sentenceOf(compaction)).toContain(problem);
    else expect(await compaction).toEqual({ filesBefore: 2, filesAfter: 2 });
    expect(isChanged).toBe(true);
    expect([...(await stateOf('results')).files.keys()]).toEqual(before);
    if (problem !== undefined) return;
    expect(await compact(tableIn('results'))).toEqual({ filesBefore: 2, filesAfter: 1 });
    expect(await idsOf(tableIn('results'))).toEqual(['a', 'b']);
  });

  test('rows that were written into a table of nobody stay, and a job takes another', async () => {
    await (await tableIn('results').open(contextOf())).close();
    await addFile('results', 'other');
    expect(await refusal('results', tableIn('results').open(contextOf()))).toContain('another program has written rows into it'); // prettier-ignore
  });

  test('a table that rows may only be added to is not replaced', async () => {
    await madeByJob('results');
    const { configuration } = (await stateOf('results')).metaData!;
    await changed('results', { configuration: { ...configuration, 'delta.appendOnly': 'true' } });
    const replacing = tableIn('results').open(contextOf({ lineage: 'L2', publish: 'replace' }));
    expect(await refusal('results', replacing)).toContain('rows may only be added to it (delta.appendOnly)');
  });
});

describe('an archive that another program has changed', () => {
  async function archived(fields: typeof Row | { more: typeof Row.n } = Row) {
    const topic = memory().topic('rows', schema(fields as typeof Row));
    await topic.send([{ id: 'a', n: 1 }]);
    await topic.end();
    const to = lake({ root: store }).table('rows', schema(fields as typeof Row));
    const job = archive({ from: topic, to, name: 'a' });
    await run(job, { mode: 'live', report: false });
    return { topic, to, job };
  }
  const again = (job: Parameters<typeof run>[0]) => run(job, { mode: 'live', report: false });

  test('a column of a type that Millrace does not know is not dropped', async () => {
    const { to, job } = await archived();
    const { schemaString } = (await stateOf('rows')).metaData!;
    const { fields } = JSON.parse(schemaString) as { fields: object[] };
    const day = { name: 'day', type: 'date', nullable: true, metadata: {} };
    await changed('rows', { schemaString: JSON.stringify({ type: 'struct', fields: [...fields, day] }) });
    const unknown = 'its column "day" is of a type that Millrace does not know';
    expect(await refusal('rows', compact(to))).toContain(unknown);
    expect(await refusal('rows', again(job))).toContain(unknown);
    const replay = defineJob({
      name: 'replay',
      sources: { live: memory().topic('rows', schema(Row)), replay: to },
      graph: (rows: Flow<typeof Row>) => ({ rows }),
      sinks: { rows: memory().list('rows') },
      checkpoints: memoryStore(),
    });
    expect(await sentenceOf(run(replay, { mode: 'replay', report: false }))).toContain(unknown);
  });

  test('its properties and comments stay when partitions and columns come in', async () => {
    const { topic } = await archived();
    const { schemaString, configuration } = (await stateOf('rows')).metaData!;
    const commented = schemaString.replace('"metadata":{}', '"metadata":{"comment":"where it lay"}');
    const more = { 'delta.logRetentionDuration': 'interval 9 days' };
    await changed('rows', { schemaString: commented, configuration: { ...configuration, ...more } });
    const wider = schema({ ...Row, more: nullable(utf8) });
    const from = { ...topic, schema: wider } as unknown as typeof topic;
    await again(archive({ from, to: lake({ root: store }).table('rows', wider) }));
    const { metaData } = await stateOf('rows');
    expect(metaData!.configuration).toMatchObject({ ...more, 'millrace.kind': 'archive' });
    expect(metaData!.schemaString).toContain('"name":"more"');
  });
});
