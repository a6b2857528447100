import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { memoryStore, type ObjectStore } from '@millrace/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { hold, isHeld } from './holders.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

/** Puts what a process of another life or machine has left. */
async function left(store: ObjectStore, holder: { host: string; pid: number }): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify({ lineage: 'L', ...holder }));
  await store.put(`views/pins/holders/${holder.host}-${holder.pid}`, bytes);
}

async function keysOf(store: ObjectStore): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}

test('a result is held until it is let go, by its own lineage and at its own place', async () => {
  const store = memoryStore();
  const release = await hold(store, 'views/pins', 'L');
  expect(await isHeld(store, 'views/pins', 'L')).toBe(true);
  expect(await isHeld(store, 'views/pins', 'M')).toBe(false);
  expect(await isHeld(store, 'views/other', 'L')).toBe(false);
  await release();
  expect(await isHeld(store, 'views/pins', 'L')).toBe(false);
  expect(await keysOf(store)).toEqual([]);
});

test('what a process has left that was killed holds nothing, also where its number is given again', async () => {
  const store = memoryStore();
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  await left(store, { host: hostname(), pid });
  await left(store, { host: hostname(), pid: process.pid });
  expect(await isHeld(store, 'views/pins', 'L')).toBe(false);
  expect(await keysOf(store)).toEqual([]);
});

test('a process that is alive holds, whoever started it', async () => {
  const store = memoryStore();
  await left(store, { host: hostname(), pid: process.ppid });
  expect(await isHeld(store, 'views/pins', 'L')).toBe(true);
});

test('one of another machine holds until it has been silent for a while', async () => {
  const store = memoryStore();
  await left(store, { host: 'elsewhere', pid: 1 });
  await vi.advanceTimersByTimeAsync(39_000);
  expect(await isHeld(store, 'views/pins', 'L')).toBe(true);
  await vi.advanceTimersByTimeAsync(2000);
  expect(await isHeld(store, 'views/pins', 'L')).toBe(false);
  expect(await keysOf(store)).toEqual([]);
});

test('who holds says so again and again, and no more once it has let go', async () => {
  const store = memoryStore();
  const release = await hold(store, 'views/pins', 'L');
  const lastSaid = async (): Promise<number | undefined> => {
    for await (const { modified } of store.list('views/pins/holders/')) return modified;
    return undefined;
  };
  const first = await lastSaid();
  await vi.advanceTimersByTimeAsync(60_000);
  expect((await lastSaid())! - first!).toBeGreaterThan(45_000);
  await release();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await keysOf(store)).toEqual([]);
});
