import { archive, compact, type Lake, lake, type LakeTable, readRows } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { s3 } from '@millrace/connectors/s3';
import {
  decimal,
  defineJob,
  type Flow,
  float64,
  int32,
  int64,
  type Job,
  list,
  nullable,
  type ObjectStore,
  run,
  schema,
  start,
  timestamp,
  utf8,
} from '@millrace/core';
import { folder } from '@millrace/core/folder';
import { where } from '@millrace/operators';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeBucket, s3Options } from '../s3/bucket.js';
import { type Answer, askForeignReaders } from './foreign-readers.js';
import { readUp } from './read-up.js';

const common = { id: utf8, n: nullable(int32), big: int64, at: timestamp, tags: list(utf8) };
const Line = schema({ ...common, price: decimal(10, 2) });
/** The same for a codec that knows no decimals. */
const PlainLine = schema({ ...common, price: float64 }) as unknown as typeof Line;
type Lines = Flow<typeof Line.fields>;

const silent = { report: false } as const;
const year = Date.UTC(2026, 0);

/** The value of record `i`: most are lines, some are tombstones or torn. */
function valueOf(i: number): string | null {
  if (i % 50 === 7) return null;
  if (i % 50 === 8) return '{"torn';
  const at = new Date(year + i * 1000).toISOString();
  return JSON.stringify({ id: `ü-${i}`, n: i % 5 === 0 ? null : i, big: i * 1e10, price: i / 4, at, tags: ['a', 'b'] });
}
const isLine = (i: number): boolean => ![7, 8].includes(i % 50);

interface Place {
  readonly root: string;
  readonly tables: Lake;
  /** `decimal` where the codec knows it. */
  readonly line: typeof Line;
  /** Where the lake lies under `lake/`. */
  readonly store: ObjectStore;
  readonly remove: () => Promise<void>;
}

const places: { readonly [name: string]: () => Promise<Place> } = {
  async 'a folder'() {
    const path = await mkdtemp(join(tmpdir(), 'millrace-foreign-'));
    const root = join(path, 'lake');
    const remove = (): Promise<void> => rm(path, { recursive: true });
    return { root, tables: lake({ root }), line: Line, store: folder(path), remove };
  },
  async 'a folder, by parquetjs-lite'() {
    const { root, ...place } = await places['a folder']!();
    return { ...place, root, tables: lake({ root, codec: 'parquetjs-lite' }), line: PlainLine };
  },
  async S3() {
    const bucket = await makeBucket('foreign');
    const root = `s3://${bucket.name}/lake`;
    const tables = lake({ root, s3: s3Options() });
    return { root, tables, line: Line, store: s3(`s3://${bucket.name}`, s3Options()), remove: bucket.remove };
  },
};

describe.each(Object.keys(places))('on %s, DuckDB and delta-rs read what Millrace reads', (name) => {
  test('archive and results: with log checkpoints, after compaction and after a replacement', async () => {
    const { root, tables, line, store, remove } = await places[name]!();
    try {
      const topic = memory().topic('lines', line, { partitions: 3 });
      const [lines, out] = [tables.table('lines', line), tables.table('out')];
      const jobOf = (graph: (lines: Lines) => { out: Lines }): Job =>
        defineJob({ name: 'out', sources: { live: topic, replay: lines }, graph, sinks: { out }, checkpoints: store });
      const all = jobOf((raw) => ({ out: raw }));

      // Twelve runs, so twelve versions of the results, and more of the archive: both get checkpoints of their logs.
      for (let round = 0; round < 12; round++) {
        const records = Array.from({ length: 250 }, (_, j) => 250 * round + j);
        await topic.append(records.map((i) => ({ partition: i % 3, value: valueOf(i), brokerTime: year + i })));
        for (const job of [archive({ from: topic, to: lines, flushRows: 60 }), all]) {
          const handle = start(job, { mode: 'live', ...silent });
          await readUp(handle);
          await handle.stop();
        }
      }
      await topic.end();
      const fresh = await agreed(root, lines, out);
      expect(fresh.lines.version).toBeGreaterThan(20);
      expect(fresh.out.version).toBeGreaterThan(10);
      const ids = Array.from({ length: 3000 }, (_, i) => i);
      expect(fresh.lines.duckdb).toMatchObject({ rows: '3000', tombstones: '60', torn: '60' });
      expect(fresh.out.duckdb['rows']).toBe(String(ids.filter(isLine).length));

      // Without the first commits a reader has to know the checkpoint of the log.
      for (const table of ['lines', 'out']) {
        for (let version = 0; version < 10; version++) {
          await store.delete(`lake/${table}/_delta_log/${String(version).padStart(20, '0')}.json`);
        }
      }
      expect(await agreed(root, lines, out)).toEqual(fresh);

      for (const table of [lines, out]) {
        const { filesBefore, filesAfter } = await compact(table);
        expect(filesAfter).toBeLessThan(filesBefore);
      }
      const compacted = await agreed(root, lines, out);
      expect(compacted.lines.duckdb).toEqual(fresh.lines.duckdb);
      expect(compacted.out.duckdb).toEqual(fresh.out.duckdb);

      const some = jobOf((raw) => ({ out: raw.pipe(where(({ n }) => n !== null && n % 2 === 0)) }));
      await run(some, { mode: 'replay', publish: 'replace', lineage: 'new', ...silent });
      const replaced = await agreed(root, lines, out);
      expect(replaced.out.duckdb['rows']).toBe(
        String(ids.filter((i) => isLine(i) && i % 5 !== 0 && i % 2 === 0).length),
      );
    } finally {
      await remove();
    }
  }, 240_000);
});

const archiveQuery = `select count(*) as "rows", count(distinct _partition * 1000000 + _offset) as places,
  count(distinct _value) as bodies, count(*) - count(_value) as tombstones,
  count(case when _value is not null then _error end) as torn, sum(n) as n,
  cast(sum(big) as bigint) as big, cast(sum(price) * 100 as bigint) as cents,
  cast(sum(extract(epoch from _broker_time) * 1000) as bigint) as "millis" from t`;
const outQuery = `select count(*) as "rows", count(distinct id) as ids, sum(n) as n, cast(sum(big) as bigint) as big,
  cast(sum(price) * 100 as bigint) as cents, cast(sum(extract(epoch from "at")) as bigint) as seconds from t`;

/** What both readers say of both tables, which must be what Millrace says. */
async function agreed(root: string, lines: LakeTable, out: LakeTable): Promise<{ lines: Answer; out: Answer }> {
  const [linesAnswer, outAnswer] = await askForeignReaders([
    { uri: `${root}/lines`, query: archiveQuery },
    { uri: `${root}/out`, query: outQuery },
  ]);
  const own = { lines: await countArchive(lines), out: await countResults(out) };
  for (const reader of ['duckdb', 'deltaRs'] as const) {
    expect(linesAnswer![reader], reader).toEqual(own.lines);
    expect(outAnswer![reader], reader).toEqual(own.out);
  }
  return { lines: linesAnswer!, out: outAnswer! };
}

async function countArchive(table: LakeTable): Promise<{ [column: string]: string }> {
  const [places, bodies] = [new Set<string>(), new Set<string>()];
  const sums = { rows: 0, tombstones: 0, torn: 0, n: 0, big: 0n, cents: 0, millis: 0 };
  for await (const row of readRows(table)) {
    const { n, big, price } = row as { n: number | null; big: bigint | null; price: string | null };
    const value = row['_value'] as Uint8Array | null;
    places.add(`${String(row['_partition'])}/${String(row['_offset'])}`);
    sums.rows++;
    if (value !== null) bodies.add(Buffer.from(value).toString('hex'));
    sums.tombstones += value === null ? 1 : 0;
    sums.torn += value !== null && row['_error'] !== null ? 1 : 0;
    sums.n += n ?? 0;
    sums.big += big ?? 0n;
    sums.cents += Math.round(Number(price ?? 0) * 100);
    sums.millis += (row['_broker_time'] as Date).getTime();
  }
  return texts({ ...sums, places: places.size, bodies: bodies.size });
}

async function countResults(table: LakeTable): Promise<{ [column: string]: string }> {
  const ids = new Set<string>();
  const sums = { rows: 0, n: 0, big: 0n, cents: 0, seconds: 0 };
  for await (const row of readRows(table)) {
    const { id, n, big, price, at } = row as { id: string; n: number | null; big: bigint; price: string; at: Date };
    ids.add(id);
    sums.rows++;
    sums.n += n ?? 0;
    sums.big += big;
    sums.cents += Math.round(Number(price) * 100);
    sums.seconds += at.getTime() / 1000;
  }
  return texts({ ...sums, ids: ids.size });
}

function texts(sums: { readonly [column: string]: number | bigint }): { [column: string]: string } {
  return Object.fromEntries(Object.entries(sums).map(([column, sum]) => [column, String(sum)]));
}
