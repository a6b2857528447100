import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { schema, timestamp, utf8 } from '@millrace/core';
import { memory, type MemoryTopic } from '@millrace/connectors/memory';
import { redis } from '@millrace/connectors/redis';
import { randomOf, runsOf, seedOf } from '@millrace/core/testing';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { startService, type RunningService } from '../services/services.js';
import { life, type Settings } from './job/life.js';
import { cli, rowsByCli } from './rows-by-cli.js';

// A process shows three views on Redis, one with early rows, and is killed, again and again, while records come. In the end
// all is as if it had been left alone.

const seed = seedOf();
const lives = runsOf(20);
const perLife = 60;

// As in the job.
const Pin = schema({ id: utf8, category: utf8, at: timestamp });
const keys = { pins: ['id'], minutes: ['category', 'windowStart'], totals: ['category'] };

let server: RunningService;
let folder: string;
beforeEach(async () => {
  server = await startService('redis');
  folder = await mkdtemp(join(tmpdir(), 'millrace-redis-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  await server.remove();
});

/** Records from `from` on, of both partitions, a little out of order. */
function pins(from: number, count: number): { readonly value: string; readonly partition: number }[] {
  const random = randomOf(seed + from);
  return Array.from({ length: count }, (_, i) => {
    const at = new Date((from + i) * 700 + random.below(4000)).toISOString();
    const value = JSON.stringify({ id: `p${(from + i) % 900}`, category: `c${random.below(5)}`, at });
    return { value, partition: i % 2 };
  });
}

function topicOf(place: string): MemoryTopic<typeof Pin.fields> {
  return memory({ folder: join(place, 'data'), clock: () => 0 }).topic('pins', Pin, { partitions: 2 });
}

async function send(place: string, from: number, count: number): Promise<void> {
  for (let at = from; at < from + count; at += perLife) await topicOf(place).append(pins(at, perLife));
}

function settingsOf(name: string): Settings {
  return { url: server.url, folder: join(folder, name), prefix: name, mode: 'live', batchRows: 10, checkpointEvery: '25ms' }; // prettier-ignore
}

/** The rows of all views as texts. */
async function shown(prefix: string): Promise<{ [view: string]: readonly unknown[] }> {
  const store = redis({ url: server.url, prefix });
  onTestFinished(() => store.close());
  const views: { [view: string]: readonly unknown[] } = {};
  for (const [name, key] of Object.entries(keys)) {
    const view = store.view(name, { key });
    views[name] = await view.rows();
    expect(await view.rows({ early: true }), `early rows of ${name}`).toEqual((views[name] as object[]).map((row) => ({ ...row, early: false }))); // prettier-ignore
  }
  return views;
}

/** Runs the job once, undisturbed, over all records, and gives its outputs. */
async function alone(count: number): Promise<string> {
  const settings = settingsOf('alone');
  await send(settings.folder, 0, count);
  await topicOf(settings.folder).end();
  return life(settings).outcome;
}

async function expectNothingLeft(prefix: string): Promise<void> {
  const left = await cli(server.url, '--scan', '--pattern', `{${prefix}:*:stage*`);
  expect(left).toBe('');
  expect(await cli(server.url, '--scan', '--pattern', `{${prefix}:*:garbage`)).toBe('');
}

test(`a job that is killed ${lives} times shows what one shows that is left alone (seed ${seed})`, async () => {
  const expected = await alone((lives + 1) * perLife);
  expect(expected).toMatch(/^ended /);
  const random = randomOf(seed);
  const settings = settingsOf('killed');
  let died = 0;
  for (let i = 0; i < lives; i++) {
    await send(settings.folder, i * perLife, perLife);
    const one = life({ ...settings, tasks: 1 + (i % 2), paceMs: 2 });
    await one.said(random.pick(['started', 'running', 'Checkpoint committed.']));
    await sleep(random.below(120));
    one.process.kill('SIGKILL');
    if ((await one.outcome) === 'SIGKILL') died++;
  }
  expect(died).toBe(lives);
  await send(settings.folder, lives * perLife, perLife);
  await topicOf(settings.folder).end();
  expect(await life(settings).outcome).toBe(expected);
  const rows = await shown('killed');
  expect(rows).toEqual(await shown('alone'));
  await expectNothingLeft('killed');

  // A second client agrees.
  for (const name of ['minutes', 'totals'] as const) {
    const byCli = await rowsByCli(server.url, `{killed:${name}}`);
    const expectedByKey = (rows[name] as { readonly [field: string]: unknown }[]).map((row) => {
      const texts = Object.fromEntries(Object.entries(row).map(([field, value]) => [field, value instanceof Date ? value.toISOString() : String(value)])); // prettier-ignore
      return [JSON.stringify(keys[name].map((field) => texts[field])), texts] as const;
    });
    expect(byCli).toEqual(new Map(expectedByKey));
  }
}, 300_000);

test(`a process that slept while another took over changes nothing when it wakes up (seed ${seed})`, async () => {
  const count = 6 * perLife;
  const expected = await alone(count);
  const settings = settingsOf('slept');
  await send(settings.folder, 0, count / 2);
  const sleeper = life({ ...settings, paceMs: 2 });
  await sleeper.said('Checkpoint committed.', 2);
  sleeper.process.kill('SIGSTOP');
  await send(settings.folder, count / 2, count / 2);
  await topicOf(settings.folder).end();
  expect(await life(settings).outcome).toBe(expected);
  const rows = await shown('slept');
  sleeper.process.kill('SIGCONT');
  expect(await sleeper.outcome).toBe('failed MILLRACE_OWNERSHIP_LOST');
  expect(await shown('slept')).toEqual(rows);
  expect(rows).toEqual(await shown('alone'));
}, 120_000);
