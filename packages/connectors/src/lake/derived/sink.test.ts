import { int32, memoryStore, nullable, type ObjectStore, schema, type Sink, utf8 } from '@millrace/core';
import { batchOf, contextOf, replaceContract,
  sharedContract, rowsNamed, sinkContract, type SinkSubject } from '@millrace/connectors/testing'; // prettier-ignore
import { describe, expect, it, test } from 'vitest';
import { loadLog } from '../delta/load-log.js';
import { lake, readRows } from '../index.js';
import { tablePlace } from '../table-place.js';
import type { DerivedTable } from './derived-table.js';

function tableIn(store: ObjectStore, name = 'results'): DerivedTable {
  return lake({ root: store }).table(name);
}

async function ids(table: DerivedTable): Promise<string[]> {
  const found: string[] = [];
  for await (const { id } of readRows(table)) found.push(id as string);
  return found;
}

async function subject(): Promise<SinkSubject> {
  const store = memoryStore();
  const isThere = async (): Promise<boolean> =>
    (await store.size('results/_delta_log/00000000000000000000.json')) !== undefined;
  return {
    sink: tableIn(store) as unknown as Sink<never>,
    again: async () => tableIn(store),
    visible: async () => ((await isThere()) ? ids(tableIn(store)) : []),
  };
}

sinkContract({ describe, it }, { name: 'lake table', make: subject });
replaceContract({ describe, it }, { name: 'lake table', make: subject });
sharedContract({ describe, it }, { name: 'lake table', make: subject });

async function versionOf(table: DerivedTable): Promise<number> {
  return (await loadLog(await table[tablePlace].folder()))!.version;
}

describe('a table of results', () => {
  test('30b, 30c: a checkpoint without rows makes neither a file nor a version, and a table without rows can be read', async () => {
    const store = memoryStore();
    const table = tableIn(store);
    const writer = await table.open(contextOf());
    expect([await versionOf(table), await ids(table)]).toEqual([0, []]);
    for (const [checkpoint, rows] of [['a', 'b'], [], ['c']].entries()) {
      if (rows.length > 0) writer.write(batchOf(rowsNamed(...rows)));
      writer.seal(checkpoint);
      await writer.publish({ checkpoint, staged: await writer.stage(checkpoint), final: false });
    }
    const { version, files } = (await loadLog(await table[tablePlace].folder()))!;
    expect([version, files.size, await ids(table), await writer.published()]).toEqual([2, 2, ['a', 'b', 'c'], 2]);
    await writer.close();
  });

  test('is compared column by column', async () => {
    const store = memoryStore();
    const writer = await tableIn(store).open(contextOf());
    writer.write(batchOf(rowsNamed('a')));
    writer.seal(0);
    await writer.publish({ checkpoint: 0, staged: await writer.stage(0), final: false });
    const refusal = (fields: Parameters<typeof schema>[0]) =>
      tableIn(store)
        .open(contextOf({ schema: schema(fields), restored: 0 }))
        .then(() => 'opened', (error: unknown) => (error as { sentence: string }).sentence); // prettier-ignore
    expect(await refusal({ id: utf8, n: utf8 })).toContain('its column "n" is int32, and the rows have utf8');
    expect(await refusal({ id: utf8, n: int32, more: int32 })).toContain('it has no column "more"');
    expect(await refusal({ id: nullable(utf8), n: int32 })).toContain(
      'its column "id" is utf8, and the rows have utf8?',
    );
    expect(await refusal({ id: utf8 })).toContain('its column "n" allows no null, and the rows do not have it');
    expect(await refusal({ n: int32, id: utf8 })).toBe('opened');
  });

  test('many rows become files before the stage is sealed, and wait for room', async () => {
    const table = tableIn(memoryStore());
    const writer = await table.open(contextOf());
    const rows = batchOf(rowsNamed(...Array.from({ length: 100_000 }, (_, i) => `r${i}`)));
    for (let i = 0; i < 3; i++) writer.write(rows);
    expect(writer.room()).toBeInstanceOf(Promise);
    await writer.room();
    expect(writer.room()).toBeUndefined();
    writer.write(rows);
    writer.seal(0);
    const staged = await writer.stage(0);
    expect((staged!['files'] as unknown[]).length).toBe(2);
    await writer.publish({ checkpoint: 0, staged, final: false });
    expect((await ids(table)).length).toBe(400_000);
  }, 60_000);

  test('what a crash has left behind is removed, and what is published is not', async () => {
    const store = memoryStore();
    const files = async (): Promise<number> => {
      let count = 0;
      for await (const { key } of store.list('results/part-')) count += key.endsWith('.parquet') ? 1 : 0;
      return count;
    };
    const stageOne = async (checkpoint: number, restored: number) => {
      const writer = await tableIn(store).open(contextOf({ restored }));
      writer.write(batchOf(rowsNamed(`r${checkpoint}`)));
      writer.seal(checkpoint);
      return { writer, staged: await writer.stage(checkpoint) };
    };
    const first = await stageOne(0, -1);
    await first.writer.publish({ checkpoint: 0, staged: first.staged, final: false });
    const second = await stageOne(1, 0);
    await stageOne(2, 1);
    expect(await files()).toBe(3);
    const third = await tableIn(store).open(contextOf({ restored: 1, epoch: 3 }));
    expect(await files()).toBe(2);
    await third.publish({ checkpoint: 1, staged: second.staged, final: false });
    expect(await ids(tableIn(store))).toEqual(['r0', 'r1']);
  });

  test('an archive is no table of results', async () => {
    const store = memoryStore();
    const writer = await tableIn(store).open(contextOf());
    await writer.close();
    const Archive = schema({ id: utf8 });
    const { commit } = await import('../delta/commit.js');
    const { emptyState } = await import('../delta/log-state.js');
    const { archiveMetaData, archiveFields } = await import('../archive/layout.js');
    const folder = await lake({ root: store }).table('pins')[tablePlace].folder();
    const info = { identity: 'i', topic: 'pins', keyedBy: undefined, schema: 's', schemaText: 'id:utf8', starts: {} };
    await commit(folder, emptyState(), 'test', () => [
      { metaData: archiveMetaData('x', 'pins', archiveFields(Archive), info) },
    ]);
    for (const publish of ['append', 'replace'] as const) {
      await expect(tableIn(store, 'pins').open(contextOf({ publish }))).rejects.toMatchObject({
        code: 'MILLRACE_TABLE_FOREIGN',
        sentence: expect.stringContaining('it archives the topic "pins"') as string,
      });
    }
  });
});
