import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folder } from '@millrace/core/folder';

const racer = join(import.meta.dirname, 'memory-folder-racer.mjs');
const objects = 100;

let path: string;
beforeEach(async () => (path = await mkdtemp(join(tmpdir(), 'millrace-'))));
afterEach(() => rm(path, { recursive: true, force: true }));

describe('a store in a folder', () => {
  it('has one winner for each of 100 objects that four processes create at once', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const won = await Promise.all(
      names.map(async (name) => {
        const { stdout } = await promisify(execFile)(process.execPath, [racer, path, name, String(objects)]);
        return JSON.parse(stdout) as number[];
      }),
    );
    const winnerOf = new Map<number, string>();
    won.forEach((numbers, index) => {
      for (const number of numbers) {
        expect(winnerOf.has(number)).toBe(false);
        winnerOf.set(number, names[index]!);
      }
    });
    expect(winnerOf.size).toBe(objects);
    const store = folder(path);
    for (const [number, name] of winnerOf) {
      expect(new TextDecoder().decode(await store.get(`race/${number}`))).toBe(`${name} ${number}`);
    }
  });
});
