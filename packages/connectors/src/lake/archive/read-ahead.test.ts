import { memoryStore, type ObjectStore, run, schema, utf8 } from '@millrace/core';
import { silentLogger, type SourceContext, type SourceReader } from '@millrace/core/connector';
import { memory } from '@millrace/connectors/memory';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { archive, lake } from '../index.js';

const Line = schema({ id: utf8 });
const context: SourceContext = { columns: new Set(['id']), metadata: false, logger: silentLogger };
const rowsPerFile = 4;

interface Held {
  readonly reader: SourceReader;
  /** The data files that were read from, in order of their first read. */
  readonly asked: string[];
  /** Lets the reads of the n-th data file wait, or fail. */
  hold(file: number): () => void;
  fail(file: number, error: Error | undefined): void;
}

/** An archive of three files of four records each, in a store whose reads can be held back. */
async function heldArchive(): Promise<Held> {
  const store = memoryStore();
  const topic = memory().topic('lines', Line, { partitions: 1 });
  await topic.append(Array.from({ length: 12 }, (_, i) => ({ partition: 0, value: `{"id":"line ${i}"}` })));
  await topic.end();
  const asked: string[] = [];
  const waits = new Map<number, Promise<void>>();
  const failures = new Map<number, Error>();
  const held: ObjectStore = {
    ...store,
    async getRange(key, start, end) {
      if (!key.endsWith('.parquet')) return store.getRange(key, start, end);
      if (!asked.includes(key)) asked.push(key);
      const file = asked.indexOf(key);
      await waits.get(file);
      if (failures.has(file)) throw failures.get(file)!;
      return store.getRange(key, start, end);
    },
  };
  const table = lake({ root: held }).table('lines', Line);
  await run(archive({ from: topic, to: table, flushRows: rowsPerFile }), { mode: 'live', report: false });
  asked.length = 0;
  return {
    reader: await table.open(context),
    asked,
    hold(file) {
      let release = (): void => undefined;
      waits.set(file, new Promise((resolve) => (release = resolve)));
      return release;
    },
    fail: (file, error) => (error === undefined ? failures.delete(file) : failures.set(file, error)),
  };
}

async function rowsAt(reader: SourceReader, position: number): Promise<number> {
  const pull = await reader.read(0, position, 100);
  if (pull.kind !== 'records') throw new Error(`${pull.kind} at ${position}`);
  return pull.records.length;
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await setImmediate();
}

test('the row group behind the one that is handed out is read meanwhile, and no further one', async () => {
  const { reader, asked } = await heldArchive();
  expect(await rowsAt(reader, 0)).toBe(rowsPerFile);
  await settled();
  expect(asked).toHaveLength(2);
  expect(await rowsAt(reader, 4)).toBe(rowsPerFile);
  await settled();
  expect(asked).toHaveLength(3);
  expect(await rowsAt(reader, 8)).toBe(rowsPerFile);
  await reader.close();
});

test('what goes wrong ahead is told at the read that it belongs to, which can be done again', async () => {
  const { reader, fail } = await heldArchive();
  fail(1, new Error('the disk is gone'));
  expect(await rowsAt(reader, 0)).toBe(rowsPerFile);
  await settled();
  await expect(rowsAt(reader, 4)).rejects.toMatchObject({ cause: { message: 'the disk is gone' } });
  await expect(rowsAt(reader, 4)).rejects.toMatchObject({ cause: { message: 'the disk is gone' } });
  fail(1, undefined);
  expect([await rowsAt(reader, 4), await rowsAt(reader, 8)]).toEqual([rowsPerFile, rowsPerFile]);
  await reader.close();
});

test('a read at another position drops what was read ahead', async () => {
  const { reader } = await heldArchive();
  expect(await rowsAt(reader, 0)).toBe(rowsPerFile);
  expect([await rowsAt(reader, 9), await rowsAt(reader, 2), await rowsAt(reader, 4)]).toEqual([3, 2, rowsPerFile]);
  await reader.close();
});

test('closing waits for what is under way, and hears of no failure of it', async () => {
  const { reader, hold, fail, asked } = await heldArchive();
  const release = hold(1);
  expect(await rowsAt(reader, 0)).toBe(rowsPerFile);
  await settled();
  let isClosed = false;
  const closing = reader.close().then(() => (isClosed = true));
  await settled();
  expect(isClosed).toBe(false);
  fail(1, new Error('the disk is gone'));
  release();
  await closing;
  await settled();
  expect(asked).toHaveLength(2);
});
