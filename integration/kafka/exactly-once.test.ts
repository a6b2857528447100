import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { int32, schema, utf8 } from '@millrace/core';
import { sharedServices } from '../services/services.js';
import { committedRows } from './committed-rows.js';
import { testTopic, type TestTopic } from './topics.js';

const Event = schema({ id: utf8, n: int32 });
const perRun = 300;

interface Kill {
  readonly moment: string;
  readonly visit: number;
}

// One behind another on one history: each run goes on where the one before was killed.
const kills: readonly Kill[] = [
  { moment: 'after stage', visit: 1 },
  { moment: 'before publish', visit: 1 },
  { moment: 'before send', visit: 1 },
  { moment: 'after send', visit: 2 },
  { moment: 'before commit', visit: 1 },
  { moment: 'after commit', visit: 1 },
  { moment: 'after publish', visit: 1 },
  { moment: 'before stage', visit: 1 },
  { moment: 'after commit', visit: 2 },
  { moment: 'before commit', visit: 2 },
];

/** The next rows: those of one run. */
async function fill(topic: TestTopic, run: number): Promise<void> {
  for (const partition of [0, 1, 2]) {
    const all = Array.from({ length: perRun }, (_, i) => run * perRun + i).filter((n) => n % 3 === partition);
    await topic.append(
      partition,
      all.map((n) => ({ key: `id${n}`, value: JSON.stringify({ id: `id${n}`, n }) })),
    );
  }
}

async function child(options: object): Promise<{ signal: string | null; output: string; errors: string }> {
  const script = join(import.meta.dirname, 'copy-child.mjs');
  const running = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(running, 'close') as Promise<[number | null, string | null]>;
  const [output, errors, [, signal]] = await Promise.all([text(running.stdout), text(running.stderr), ended]);
  return { signal, output, errors };
}

describe('a job from Kafka to Kafka', () => {
  it('writes every row once, though its process is killed at every step of stage, commit and publish', async () => {
    const brokers = sharedServices().kafka;
    await using from = await testTopic(brokers, 3);
    await using to = await testTopic(brokers, 2);
    const folder = await mkdtemp(join(tmpdir(), 'millrace-kafka-'));
    const options = { brokers, from: from.name, to: to.name, folder };
    for (const [index, kill] of kills.entries()) {
      await fill(from, index);
      const { signal, errors } = await child({ ...options, ...kill });
      expect([kill, signal, errors]).toEqual([kill, 'SIGKILL', '']);
    }
    const count = kills.length * perRun;
    const { output, errors } = await child(options);
    expect([output, errors]).toEqual([`rows ${count}\n`, '']);
    const rows = await committedRows(brokers, to.name, Event);
    expect(rows.map(({ n }) => n).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
    await rm(folder, { recursive: true });
  });
});
