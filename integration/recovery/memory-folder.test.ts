import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { schema, utf8 } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { randomOf, seedOf, type Random } from '@millrace/core/testing';
import type { SourceReader } from '@millrace/core/connector';

// A process appends to a topic, and is killed at a random moment, again and again. What it was told to be there must
// be there, once, in order and whole; and a reader in another process must never see anything else.

const lives = 24;
const writer = join(import.meta.dirname, 'memory-folder-writer.mjs');
const context = {
  columns: new Set<string>(),
  metadata: true,
  logger: { debug() {}, info() {}, warn() {}, error() {} },
};

const seed = seedOf();
let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'millrace-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe(`a topic in a folder whose writer is killed ${lives} times (seed ${seed})`, () => {
  it('keeps all that was acknowledged, once, in order and whole, as its readers see it', async () => {
    const random = randomOf(seed);
    const acknowledged: number[] = [];
    const reader = await openTopic();
    const seen: Partition[] = [[], [], []];
    for (let life = 0; life < lives; life++) {
      acknowledged.push(await liveAndDie(life, random, () => follow(reader, seen)));
      await follow(reader, seen);
      // Another process finds the same as the one that has read along.
      if (life % 6 === 5) expect(await readAll()).toEqual(seen);
    }
    await reader.close();
    expect(await readAll()).toEqual(seen);
    expect(acknowledged.filter((count) => count > 0).length).toBeGreaterThan(lives / 2);
    checkValues(seen, acknowledged);
  });
});

type Partition = { readonly offset: number; readonly value: string }[];

/** One process, killed some moments after one of its acknowledgements; gives how many records were acknowledged. */
async function liveAndDie(life: number, random: Random, meanwhile: () => Promise<void>): Promise<number> {
  // prettier-ignore
  const child = spawn(process.execPath, [writer, folder, String(life), String(seed + life)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<string | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)));
  const lines = createInterface({ input: child.stdout });
  const sends = random.below(25);
  const microseconds = random.below(8000);
  let count = 0;
  let acknowledged = 0;
  for await (const line of lines) {
    acknowledged = Number(line);
    if (count++ === sends) setTimeout(() => child.kill('SIGKILL'), microseconds / 1000);
    if (count % 5 === 0) await meanwhile();
  }
  expect(await exited).toBe('SIGKILL');
  return acknowledged;
}

async function openTopic(): Promise<SourceReader> {
  return memory({ folder })
    .topic('events', schema({ id: utf8 }), { partitions: 3 })
    .open(context);
}

/** Reads on from what was seen before. */
async function follow(reader: SourceReader, seen: Partition[]): Promise<void> {
  for (const [partition, records] of seen.entries()) {
    while (true) {
      const pull = await reader.read(partition, (records.at(-1)?.offset ?? -1) + 1, 100);
      if (pull.kind !== 'records') break;
      const { offsets, values, length } = pull.records;
      for (let row = 0; row < length; row++) {
        const bytes = values.bytes.subarray(values.offsets[row], values.offsets[row + 1]);
        records.push({ offset: offsets[row]!, value: new TextDecoder().decode(bytes) });
      }
    }
  }
}

async function readAll(): Promise<Partition[]> {
  const reader = await openTopic();
  const found: Partition[] = [[], [], []];
  await follow(reader, found);
  await reader.close();
  return found;
}

function checkValues(partitions: readonly Partition[], acknowledged: readonly number[]): void {
  const numbers = acknowledged.map(() => new Set<number>());
  for (const records of partitions) {
    const last = { life: -1, number: -1 };
    records.forEach(({ offset, value }, index) => {
      expect(offset).toBe(index);
      const sumAt = value.lastIndexOf('/') + 1;
      const sum = createHash('md5').update(value.slice(0, sumAt - 1)).digest('hex'); // prettier-ignore
      expect(value.slice(sumAt)).toBe(sum);
      const [life, number] = value.split('/').map(Number) as [number, number];
      const follows = life > last.life || (life === last.life && number > last.number);
      expect(follows, `${life}/${number} after ${last.life}/${last.number}`).toBe(true);
      Object.assign(last, { life, number });
      expect(numbers[life]!.has(number)).toBe(false);
      numbers[life]!.add(number);
    });
  }
  acknowledged.forEach((count, life) => {
    for (let number = 0; number < count; number++) expect(numbers[life]!.has(number), `${life}/${number}`).toBe(true);
    // Of what was under way when it was killed, at most one send can be there.
    expect(numbers[life]!.size).toBeLessThanOrEqual(count + 40);
  });
}
