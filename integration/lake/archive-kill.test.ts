import { int32, nullable, schema, utf8 } from '@millrace/core';
import { compact, type Lake, lake, readRows } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomOf, runsOf, seedOf } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { makeBucket, s3Options } from '../s3/bucket.js';

const Event = schema({ id: utf8, kind: utf8, n: nullable(int32) });
const child = fileURLToPath(new URL('archive-child.mjs', import.meta.url));
const recordsPerPartition = 3000;

interface Place {
  readonly folder: string;
  readonly root: string;
  readonly tables: Lake;
}

/**
 * Runs the archive in a process of its own, and kills it so many milliseconds after it has `started` or has `committed`
 * something; whether it came to its end.
 */
function attempt({ folder, root }: Place, flushRows: number, moment: string, killAfterMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const archiver = spawn(process.execPath, [child, folder, String(flushRows), root]);
    let printed = '';
    let complaint = '';
    archiver.stdout.on('data', (text: Buffer) => {
      const before = printed.includes(moment);
      printed += text.toString();
      if (!before && printed.includes(moment)) setTimeout(() => archiver.kill('SIGKILL'), killAfterMs);
    });
    archiver.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
    archiver.on('error', reject);
    archiver.on('exit', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL') reject(new Error(complaint));
      else resolve(printed.includes('ended'));
    });
  });
}

test('an archive that is killed at any moment has every record once, in order', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-archive-'));
  try {
    const root = join(folder, 'lake');
    await killedAndWhole({ folder, root, tables: lake({ root }) });
  } finally {
    await rm(folder, { recursive: true });
  }
}, 300_000);

test('the same on S3', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-archive-'));
  const bucket = await makeBucket('archive');
  try {
    const root = `s3://${bucket.name}/lake`;
    await killedAndWhole({ folder, root, tables: lake({ root, s3: s3Options() }) });
  } finally {
    await bucket.remove();
    await rm(folder, { recursive: true });
  }
}, 300_000);

async function killedAndWhole(place: Place): Promise<void> {
  const { folder, tables } = place;
  const random = randomOf(seedOf());
  const topic = memory({ folder: join(folder, 'topics') }).topic('events', Event, { partitions: 3 });
  const valueOf = (partition: number, i: number): string | null =>
    i % 50 === 7 ? null : i % 50 === 8 ? '{"torn' : `{"id":"${partition}-${i}","kind":"k${i % 4}","n":${i}}`;
  for (let partition = 0; partition < 3; partition++) {
    const offsets = Array.from({ length: recordsPerPartition }, (_, i) => i);
    await topic.append(offsets.map((i) => ({ partition, value: valueOf(partition, i) })));
  }
  await topic.end();

  const kills = runsOf(8);
  let ended = false;
  for (let kill = 0; kill < kills && !ended; kill++) {
    ended = await attempt(place, 40, random.pick(['started', 'committed', 'committed']), random.below(250));
    if (kill % 4 === 3) await compact(tables.table('events', Event)).catch(ifNoTable);
  }
  // The more it is killed, the more it proves; but it has to get on, too.
  while (!ended) ended = await attempt(place, 400, 'started', 60_000);

  const next = [0, 0, 0];
  for await (const row of readRows(tables.table('events', Event))) {
    const { _partition: partition, _offset: offset, _value: value } = row as { _partition: number; _offset: bigint; _value: Uint8Array | null }; // prettier-ignore
    const i = next[partition]!++;
    expect(Number(offset)).toBe(i);
    expect(value && new TextDecoder().decode(value)).toBe(valueOf(partition, i));
  }
  expect(next).toEqual([recordsPerPartition, recordsPerPartition, recordsPerPartition]);
  const context = {
    columns: new Set<string>(),
    metadata: false,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  };
  const reader = await tables.table('events', Event).open(context);
  expect((await reader.partitions()).map(({ start, end }) => [start, end])).toEqual([[0, 3000], [0, 3000], [0, 3000]]); // prettier-ignore
  await reader.close();
}

function ifNoTable(error: unknown): void {
  if (!String(error).includes('there is no such table')) throw error;
}
