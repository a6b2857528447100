import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { int32, schema, utf8 } from '@millrace/core';
import { folder as store } from '@millrace/core/folder';
import { memory } from '@millrace/connectors/memory';
import { randomOf, seedOf, type Random } from '@millrace/core/testing';

// A process publishes checkpoints to a view, a list and a topic, and is killed at random moments, again and again. At
// every moment a reader sees whole checkpoints, as many as were committed or one less; in the end each once.

const lives = 24;
const rowsPerCheckpoint = 20;
const publisher = join(import.meta.dirname, 'memory-folder-publisher.mjs');
const context = {
  columns: new Set<string>(),
  metadata: false,
  logger: { debug() {}, info() {}, warn() {}, error() {} },
};

const seed = seedOf();
let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'millrace-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe(`results in a folder whose writer is killed ${lives} times (seed ${seed})`, () => {
  it('show every committed checkpoint once, and never a part of one', async () => {
    const random = randomOf(seed);
    for (let life = 0; life < lives; life++) {
      expect(await outcomeOf(Infinity, random)).toBe('SIGKILL');
      await checkWhole(await committed());
    }
    const last = (await committed()) + 2;
    expect(last).toBeGreaterThan(lives / 2);
    expect(await outcomeOf(last, undefined)).toBe(0);
    expect(await committed()).toBe(last);
    expect(await listed()).toEqual(countsUpTo(last));
    expect(await topicCounts()).toEqual(countsUpTo(last));
    expect(await viewed()).toEqual(viewAt(last));
  });
});

/** How one process ended, that would publish up to the checkpoint `last`, and is killed before where it is random. */
async function outcomeOf(last: number, random: Random | undefined): Promise<unknown> {
  const child = spawn(process.execPath, [publisher, folder, String(last)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
  const lines = random?.below(4);
  const milliseconds = random?.below(60) ?? 0;
  let count = 0;
  // Some die before their first checkpoint, while they make good what the one before has left.
  if (lines === 0) setTimeout(() => child.kill('SIGKILL'), 150 + milliseconds * 8);
  for await (const _ of createInterface({ input: child.stdout })) {
    if (++count === lines) setTimeout(() => child.kill('SIGKILL'), milliseconds);
  }
  return exited;
}

async function committed(): Promise<number> {
  let head = -1;
  for await (const { key } of store(join(folder, 'manifests')).list('')) head = Number(key);
  return head;
}

/** What a reader sees now is what was committed, or that without the last checkpoint. */
async function checkWhole(head: number): Promise<void> {
  const states = [head, head - 1].filter((checkpoint) => checkpoint >= -1);
  expect(states.map(countsUpTo)).toContainEqual(await listed());
  expect(states.map(viewAt)).toContainEqual(await viewed());
  // A topic's partitions are appended one after the other, so of the last checkpoint a part may be there.
  const counts = await topicCounts();
  const expected = countsUpTo(head);
  for (const [checkpoint, count] of Object.entries(counts)) {
    if (Number(checkpoint) < head) expect(count).toBe(rowsPerCheckpoint);
    else expect(expected[checkpoint]).toBeGreaterThanOrEqual(count);
  }
  expect(Object.keys(counts).length).toBeGreaterThanOrEqual(head);
}

type Counts = { [checkpoint: string]: number };

const reader = () => memory({ folder: join(folder, 'data') });

function countsUpTo(checkpoint: number): Counts {
  return Object.fromEntries(Array.from({ length: checkpoint + 1 }, (_, n) => [n, rowsPerCheckpoint]));
}

function viewAt(last: number): { [id: string]: number } {
  const rows: { [id: string]: number } = {};
  for (let checkpoint = 0; checkpoint <= last; checkpoint++) {
    for (let i = 0; i < rowsPerCheckpoint; i++) rows[`k${(checkpoint * 3 + i) % 37}`] = checkpoint;
  }
  return rows;
}

async function listed(): Promise<Counts> {
  return counted((await reader().list('rows').rows()).map(({ n }) => n as number));
}

async function viewed(): Promise<{ [id: string]: number }> {
  const rows = await reader()
    .view('shown', { key: ['id'] })
    .rows();
  return Object.fromEntries(rows.map(({ id, n }) => [id as string, n as number]));
}

async function topicCounts(): Promise<Counts> {
  const topic = await reader()
    .topic('out', schema({ id: utf8, n: int32 }), { partitions: 2 })
    .open(context);
  const numbers: number[] = [];
  for (const { partition, start } of await topic.partitions()) {
    for (let position = start; ;) {
      const pull = await topic.read(partition, position, 1000);
      if (pull.kind !== 'records') break;
      const { values, length, next } = pull.records;
      for (let row = 0; row < length; row++) {
        const bytes = values.bytes.subarray(values.offsets[row], values.offsets[row + 1]);
        numbers.push((JSON.parse(new TextDecoder().decode(bytes)) as { n: number }).n);
      }
      position = next;
    }
  }
  return counted(numbers);
}

function counted(numbers: readonly number[]): Counts {
  const counts: Counts = {};
  for (const n of numbers) counts[n] = (counts[n] ?? 0) + 1;
  return counts;
}
