import { defineJob, int32, isMillraceError, memoryStore, run, schema, start, type Job, type ObjectStore, type RunOptions } from '@millrace/core'; // prettier-ignore
import { withColumn } from '@millrace/operators';
import { archive, lake, readRows } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { faultPoints, virtualClock, type FaultPoint } from '@millrace/core/testing';
import { beforeEach, expect, test } from 'vitest';
import { until } from '../until.js';

// A replay takes a result over in one step: whoever dies around it, the next run does it, once, and goes on from there.

const Event = schema({ n: int32 });
const faults = Symbol.for('millrace.faults');

let place: ReturnType<typeof memory>;
let tables: ReturnType<typeof lake>;
let checkpoints: ObjectStore;
beforeEach(() => {
  place = memory();
  tables = lake({ root: memoryStore() });
  checkpoints = memoryStore();
});

const topic = () => place.topic('events', Event, { partitions: 2 });

/** A job that multiplies numbers; by the wrong one before it was mended. */
function jobOf(factor: number): Job {
  return defineJob({
    name: 'numbers',
    sources: { live: topic(), replay: tables.table('events', Event) },
    graph: (events) => {
      const product = events.pipe(withColumn('product', int32, ({ n }) => n * factor));
      return { list: product, table: product };
    },
    checkpoints,
    sinks: { list: place.list('numbers'), table: tables.table('numbers') },
  });
}

async function visible(): Promise<{ readonly list: number[]; readonly table: number[] }> {
  const table: number[] = [];
  for await (const { product } of readRows(tables.table('numbers'))) table.push(product as number);
  const list = (await place.list('numbers').rows()).map(({ product }) => product as number);
  const ascending = (a: number, b: number): number => a - b;
  return { list: list.sort(ascending), table: table.sort(ascending) };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const send = (from: number, to: number): Promise<void> => topic().send(upTo(to).slice(from).map((n) => ({ n }))); // prettier-ignore
const products = (factor: number, count: number): number[] => upTo(count).map((n) => n * factor);

/** Runs until a job has read so many records, and stops it. */
async function stoppedAfter(job: Job, records: number, options: Partial<RunOptions> = {}): Promise<void> {
  const handle = start(job, { mode: 'live', report: false, ...options });
  const read = (): number => Object.values(handle.metrics().sources).reduce((sum, { records }) => sum + records.in, 0);
  await until(() => read() >= records);
  await handle.stop();
}

/** Runs it, dying at the so manieth visit of a fault point; whether it did. */
async function dies(job: Job, options: RunOptions, point: FaultPoint, visit: number): Promise<boolean> {
  let visits = 0;
  const fault = (reached: FaultPoint): void => {
    if (reached === point && ++visits === visit) throw new Error('killed');
  };
  const quick = {
    clock: virtualClock(1),
    checkpointEvery: '5ms',
    batchRows: 4,
    report: false,
    [faults]: fault,
  } as const;
  try {
    await run(job, { ...quick, ...options });
  } catch (error) {
    // There may be nothing left to do.
    if (isMillraceError(error) && error.code === 'MILLRACE_LINEAGE_COMPLETE') return false;
    if (visits >= visit) return true;
    throw error;
  }
  return false;
}

/** A topic of 30 numbers, its archive, and a result of them that is wrong. */
async function wrongResult(): Promise<void> {
  await send(0, 30);
  await stoppedAfter(jobOf(3), 30);
  await stoppedAfter(archive({ from: topic(), to: tables.table('events', Event) }), 30);
  expect(await visible()).toEqual({ list: products(3, 30), table: products(3, 30) });
}

async function expectWhole(): Promise<void> {
  const { list, table } = await visible();
  for (const rows of [list, table]) expect([products(3, 30), products(2, 30)]).toContainEqual(rows);
}

test.each(faultPoints)('a swap is made once, whole, and whoever died at "%s"', async (point) => {
  const replace = { mode: 'replay', publish: 'replace' } as const;
  for (let visit = 1; ; visit++) {
    [place, tables, checkpoints] = [memory(), lake({ root: memoryStore() }), memoryStore()];
    await wrongResult();
    const died = await dies(jobOf(2), replace, point, visit);
    await expectWhole();
    if (died) await dies(jobOf(2), replace, point, Infinity);
    expect(await visible(), `${point}, visit ${visit}`).toEqual({ list: products(2, 30), table: products(2, 30) });
    if (!died) return;
  }
});

test.each(faultPoints)('the topic goes on from what was swapped in, and whoever died at "%s"', async (point) => {
  for (let visit = 1; ; visit++) {
    [place, tables, checkpoints] = [memory(), lake({ root: memoryStore() }), memoryStore()];
    await wrongResult();
    await run(jobOf(2), { mode: 'replay', publish: 'replace', atEnd: 'hold', report: false });
    await send(30, 60);
    await topic().end();
    const died = await dies(jobOf(2), { mode: 'both' }, point, visit);
    await run(jobOf(2), { mode: 'both', report: false });
    expect(await visible(), `${point}, visit ${visit}`).toEqual({ list: products(2, 60), table: products(2, 60) });
    if (!died) return;
  }
});

test.each([{}, { lineage: 'new' }] as const)('a live run that was refused takes nothing back (%o)', async (again) => {
  await wrongResult();
  await run(jobOf(2), { mode: 'replay', publish: 'replace', atEnd: 'hold', report: false });
  const refused = run(jobOf(2), { mode: 'live', report: false, ...again });
  await expect(refused).rejects.toMatchObject({ code: 'MILLRACE_LINEAGE_FOREIGN' });
  await send(30, 60);
  await topic().end();
  await run(jobOf(2), { mode: 'both', report: false });
  expect(await visible()).toEqual({ list: products(2, 60), table: products(2, 60) });
});
