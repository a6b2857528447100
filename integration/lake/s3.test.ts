import {
  type ArchiveTable,
  archive,
  compact,
  type Lake,
  lake,
  type LakeTable,
  readRows,
} from '@millrace/connectors/lake';
import { memory, type MemoryTopic } from '@millrace/connectors/memory';
import { s3, type S3Options } from '@millrace/connectors/s3';
import { replaceContract,
  sharedContract, sinkContract, sourceContract, type SinkSubject, type SourceSubject } from '@millrace/connectors/testing'; // prettier-ignore
import { defineJob, type Flow, int32, type Job, type ObjectStore, run, schema, type Source, start, utf8 } from '@millrace/core'; // prettier-ignore
import { randomOf, seedOf } from '@millrace/core/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from 'vitest';
import { makeBucket, s3Options, type TestBucket } from '../s3/bucket.js';
import { type Fault, faultProxy } from '../s3/fault-proxy.js';
import { readUp } from './read-up.js';

const seed = seedOf();
const Line = schema({ id: utf8, n: int32 });
const silent = { report: false } as const;

let bucket: TestBucket;
let made = 0;
beforeAll(async () => {
  bucket = await makeBucket('lake');
});
afterAll(() => bucket.remove());

/** A new place for a lake. */
function newRoot(): string {
  return `s3://${bucket.name}/lake/${made++}`;
}

function lakeAt(root: string, options: S3Options = s3Options()): Lake {
  return lake({ root, s3: options });
}

async function sinkSubject(): Promise<SinkSubject> {
  const root = newRoot();
  const table = (): LakeTable & SinkSubject['sink'] => lakeAt(root).table('results');
  const store = s3(root, s3Options());
  const isThere = async (): Promise<boolean> =>
    (await store.size('results/_delta_log/00000000000000000000.json')) !== undefined;
  return {
    sink: table(),
    again: async () => table(),
    visible: async () => ((await isThere()) ? idsOf(table()) : []),
  };
}

sinkContract({ describe, it }, { name: 'lake table on S3', make: sinkSubject });
sharedContract({ describe, it }, { name: 'lake table on S3', make: sinkSubject });
replaceContract(
  { describe, it },
  {
    name: 'lake table on S3',
    make: sinkSubject,
  },
);

/** A topic as its archive shows it, made at every opening: what comes afterwards is not in the pinned version. */
async function sourceSubject(): Promise<SourceSubject> {
  const ContractLine = schema({ id: utf8 });
  const topic = memory().topic('lines', ContractLine, { partitions: 3 });
  const table: ArchiveTable = lakeAt(newRoot()).table('lines', ContractLine);
  let ended = false;
  const archived: Source = {
    ...table,
    async open(context) {
      const handle = start(archive({ from: topic, to: table, flushRows: 4 }), { mode: 'live', ...silent });
      await readUp(handle);
      await handle.stop();
      const reader = await table.open(context);
      const goesOn: typeof reader.read = async (partition, position, maxRows) => {
        const pull = await reader.read(partition, position, maxRows);
        // The contract speaks of a source that may go on. A table never does; the driver asks its topic then.
        return pull.kind === 'end' && !ended ? { kind: 'caughtUp' } : pull;
      };
      return { ...reader, read: goesOn };
    },
  };
  return {
    source: archived,
    again: async () => archived,
    append: (partition, records) => topic.append(records.map((record) => ({ ...record, partition }))),
    skipTo: (partition, offset) => topic.skipTo(partition, offset),
    deleteBefore: (partition, offset) => topic.deleteBefore(partition, offset),
    end: () => {
      ended = true;
      return topic.end();
    },
    addPartitions: (count) => topic.addPartitions(count),
  };
}

const pinned = 'a replay pins the version that it has opened, and the case appends afterwards';
sourceContract(
  { describe, it },
  {
    name: 'lake archive on S3',
    make: sourceSubject,
    knownGaps: {
      'an ended source gives what it has, then its end': pinned,
      'arrival sees what another process does': pinned,
      'a partition that is added starts at 0, and the number never shrinks': pinned,
    },
  },
);

const count = 900;
const isTorn = (n: number): boolean => n % 10 === 4;
const kept = Array.from({ length: count }, (_, n) => n).filter((n) => !isTorn(n));

/** Archives a topic, replays it, hands over to it, and replaces results, all through `options`. */
async function wholeWay(options: S3Options): Promise<void> {
  const root = newRoot();
  const tables = lakeAt(root, options);
  const checkpoints = s3(`${root}/checkpoints`, options);
  const topic = memory().topic('lines', Line, { partitions: 2 });
  const lines = tables.table('lines', Line);
  const jobOf = (name: string, store: ObjectStore = checkpoints): Job =>
    defineJob({
      name,
      sources: { live: topic, replay: lines },
      graph: (raw: Flow<typeof Line.fields>) => ({ lines: raw }),
      sinks: { lines: tables.table(name) },
      checkpoints: store,
    });

  await append(topic, 0, 400);
  const archiving = start(archive({ from: topic, to: lines, flushRows: 30 }), { mode: 'live', ...silent });
  await readUp(archiving);
  await archiving.stop();
  await append(topic, 400, 600);
  // A job that is stopped and started again goes on from its checkpoint in the bucket.
  const first = start(jobOf('live'), { mode: 'live', ...silent });
  await readUp(first);
  await first.stop();
  await append(topic, 600, count);
  await topic.end();

  const live = await run(jobOf('live'), { mode: 'live', ...silent });
  const both = await run(jobOf('both'), { mode: 'both', ...silent });
  await run(archive({ from: topic, to: lines, flushRows: 30 }), { mode: 'live', ...silent });
  await compact(lines);
  const replay = await run(jobOf('both'), { mode: 'replay', publish: 'replace', lineage: 'new', ...silent });
  expect(live.outputs['lines']!.rows).toBe(kept.length);
  for (const other of [both, replay]) {
    expect(other.outputs).toEqual(live.outputs);
    expect(other.ledger).toEqual(live.ledger);
  }

  // Read past whatever stands in between.
  const direct = lakeAt(root);
  for (const name of ['live', 'both']) {
    const ids = await idsOf(direct.table(name));
    expect(ids.map(Number).sort((a, b) => a - b)).toEqual(kept);
  }
  const places: string[] = [];
  for await (const row of readRows(direct.table('lines'))) places.push(`${String(row['_partition'])}/${String(row['_offset'])}`); // prettier-ignore
  const perPartition = Array.from({ length: count / 2 }, (_, offset) => offset);
  expect(places).toEqual([0, 1].flatMap((partition) => perPartition.map((offset) => `${partition}/${offset}`)));
}

test('archive, replay, hand-off and replacement', () => wholeWay(s3Options()), 60_000);

const faults: readonly Fault[] = ['lost answer', 'lost request', 'cut answer', 'SlowDown', 'InternalError', 'twice'];
const writeFaults: readonly Fault[] = [...faults, 'ConditionalRequestConflict', 'error inside 200', 'done, and error inside 200']; // prettier-ignore

test(`the same where every eighth request fails, seed ${seed}`, async () => {
  const random = randomOf(seed);
  let [reads, writes] = [0, 0];
  const proxy = await faultProxy(s3Options().endpoint, ({ method }) => {
    if (random.below(8) > 0) return undefined;
    // Reads and writes each meet their faults in turn, so that a run of a hundred requests has met them all.
    return method === 'PUT' ? writeFaults[writes++ % writeFaults.length] : faults[reads++ % faults.length];
  });
  onTestFinished(() => proxy.close());
  await wholeWay({ ...s3Options(), endpoint: proxy.endpoint, seed });
  expect(Math.min(reads / faults.length, writes / writeFaults.length)).toBeGreaterThan(1);
}, 120_000);

test('archives that race for a table put every record into it once', async () => {
  const root = newRoot();
  const topic = memory().topic('lines', Line, { partitions: 2 });
  await append(topic, 0, count);
  await topic.end();
  const racers = Array.from({ length: 4 }, () =>
    run(archive({ from: topic, to: lakeAt(root).table('lines', Line), flushRows: 20 }), { mode: 'live', ...silent }),
  );
  const ended = await Promise.allSettled(racers);
  expect(ended.some(({ status }) => status === 'fulfilled')).toBe(true);
  await run(archive({ from: topic, to: lakeAt(root).table('lines', Line) }), { mode: 'live', ...silent });
  const offsets: number[] = [];
  for await (const row of readRows(lakeAt(root).table('lines'))) offsets.push(2 * Number(row['_offset']) + Number(row['_partition'])); // prettier-ignore
  expect(offsets.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
}, 60_000);

async function append(topic: MemoryTopic<typeof Line.fields>, from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  await topic.append(
    numbers.map((n) => ({ partition: n % 2, value: isTorn(n) ? 'torn' : `{"id":"${n}","n":${n}}`, brokerTime: 5 })),
  );
}

async function idsOf(table: LakeTable): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of readRows(table)) ids.push(id as string);
  return ids;
}

test('a table in the folder of another one, or among the files of others, is refused', async () => {
  const root = newRoot();
  const topic = memory().topic('lines', Line);
  await topic.end();
  const archiveInto = (of: string, name: string): Promise<unknown> =>
    run(archive({ from: topic, to: lakeAt(of).table(name, Line) }), { mode: 'live', ...silent });
  await archiveInto(root, 'lines');
  await s3(root, s3Options()).put('others/data_0.parquet', new Uint8Array([1]));
  const refused = (problem: string): object => ({
    code: 'MILLRACE_TABLE_FOREIGN',
    sentence: expect.stringContaining(problem) as string,
  });
  const inTable = `it lies in the folder of another table (${root}/lines)`;
  await expect(archiveInto(`${root}/lines`, 'inner')).rejects.toMatchObject(refused(inTable));
  await expect(archiveInto(`${root}/lines/a/b`, 'inner')).rejects.toMatchObject(refused(inTable));
  const inLog = 'it lies in the log of another table (_delta_log)';
  await expect(archiveInto(`${root}/lines/_delta_log`, 'inner')).rejects.toMatchObject(refused(inLog));
  const among = 'Parquet files that Millrace has not written (data_0.parquet)';
  await expect(archiveInto(root, 'others')).rejects.toMatchObject(refused(among));
});
