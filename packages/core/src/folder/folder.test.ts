import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folder } from './folder.js';
import { temporaryPrefix } from './listing.js';

// The promises of every object store are in the contract suite; here is what only a folder has.

let root: string;
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'millrace-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const failure = (action: Promise<unknown>) => action.then(() => undefined, (error: unknown) => error as Error & { code: string; cause: Error }); // prettier-ignore

describe('folder', () => {
  it('leaves nothing but the objects behind, as plain files', async () => {
    const store = folder(join(root, 'new/deep'));
    await store.put('a/b.json', bytes('{}'));
    await store.create('a/c.json', bytes('[]'));
    await store.create('a/c.json', bytes('lost'));
    expect(await readdir(join(root, 'new/deep/a'))).toEqual(['b.json', 'c.json']);
    expect(await readFile(join(root, 'new/deep/a/c.json'), 'utf8')).toBe('[]');
  });

  it('never lists what is being written, and removes what a killed process has left', async () => {
    const store = folder(root);
    await store.put('a/b', bytes('x'));
    const young = join(root, 'a', `${temporaryPrefix}young`);
    const old = join(root, 'a', `${temporaryPrefix}old`);
    await writeFile(young, 'half');
    await writeFile(old, 'half');
    await utimes(old, new Date(0), new Date(0));
    const keys: string[] = [];
    for await (const { key } of store.list('')) keys.push(key);
    expect(keys).toEqual(['a/b']);
    expect(await readdir(join(root, 'a'))).toEqual([`${temporaryPrefix}young`, 'b']);
  });

  it('says what cannot be done where the path is a file', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    const store = folder(file);
    const actions = [
      () => store.put('a', bytes('x')),
      () => store.create('a', bytes('x')),
      () => store.get('a'),
      () => store.size('a'),
      () => store.list('')[Symbol.asyncIterator]().next(),
    ];
    for (const action of actions) {
      const error = await failure(action());
      expect(error?.code).toBe('MILLRACE_STORE_FAILED');
      expect(error?.message).toMatch(/cause +(ENOTDIR|EEXIST)/);
    }
  });

  it('says what the file system has refused', async () => {
    const key = 'x'.repeat(300);
    const error = await failure(folder(root).put(key, bytes('x')));
    expect(error).toMatchObject({ code: 'MILLRACE_STORE_FAILED', retryable: true, data: { operation: 'write', key } });
    expect(error?.cause.message).toContain('ENAMETOOLONG');
    expect(await readdir(root)).toEqual([]);
  });
});
