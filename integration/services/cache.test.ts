import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cached } from './cache.js';

describe('the cache of servers', () => {
  let cache: string;
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'cache-'));
  });
  afterEach(() => rm(cache, { recursive: true }));
  const make = async (folder: string): Promise<void> => writeFile(join(folder, 'program'), 'whole');
  const never = async (): Promise<void> => {
    throw new Error('made twice');
  };

  test('a folder is made once', async () => {
    const place = await cached('redis-1', 'making it', make, cache);
    expect(await readFile(join(place, 'program'), 'utf8')).toBe('whole');
    expect(await cached('redis-1', 'making it', never, cache)).toBe(place);
    expect(await readdir(cache)).toEqual(['redis-1']);
  });

  test('what failed half-way is not there, and is made at the next use', async () => {
    const half = async (folder: string): Promise<void> => {
      await writeFile(join(folder, 'program'), 'ha');
      throw new Error('the network is gone');
    };
    await expect(cached('redis-1', 'making it', half, cache)).rejects.toThrow('the network is gone');
    expect(await readdir(cache)).toEqual([]);
    const place = await cached('redis-1', 'making it', make, cache);
    expect(await readFile(join(place, 'program'), 'utf8')).toBe('whole');
  });

  test('what a killed process left is not used, and goes; what a living one makes stays', async () => {
    const dead = spawnSync(process.execPath, ['--version']).pid;
    for (const pid of [dead, process.ppid]) await mkdir(join(cache, `half-${pid}-redis-1-abc`));
    await cached('redis-1', 'making it', make, cache);
    expect((await readdir(cache)).sort()).toEqual([`half-${process.ppid}-redis-1-abc`, 'redis-1'].sort());
  });

  test('two that make the same thing at once both get a whole one', async () => {
    const places = await Promise.all([1, 2, 3].map(() => cached('redis-1', 'making it', make, cache)));
    for (const place of places) expect(await readFile(join(place, 'program'), 'utf8')).toBe('whole');
    expect(await readdir(cache)).toEqual(['redis-1']);
  });
});
