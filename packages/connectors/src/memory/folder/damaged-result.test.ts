import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { contextOf } from '../../testing/index.js';
import { published } from '../../testing/sink-subject.js';
import { memory } from '../index.js';

it('a result in a folder of which any file is not as it was written says which, and never shows other rows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const writer = await memory({ folder }).list('l').open(contextOf());
  await published(writer, 0, 'alpha', 'beta');
  await writer.close();
  const shown = await memory({ folder }).list('l').rows();

  const files = (await readdir(join(folder, 'lists'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  expect(files.length).toBeGreaterThanOrEqual(2);
  for (const file of files) {
    const bytes = await readFile(file);
    const half = bytes.subarray(0, bytes.length / 2);
    const flipped = Array.from({ length: 20 }, (_, i) => {
      const changed = Buffer.from(bytes);
      changed[Math.floor((bytes.length * i) / 20)]! ^= 1;
      return changed;
    });
    for (const damaged of [half, Buffer.alloc(0), Buffer.alloc(bytes.length), ...flipped]) {
      await writeFile(file, damaged);
      await expect(memory({ folder }).list('l').rows()).rejects.toMatchObject({ code: 'MILLRACE_TABLE_UNREADABLE' });
    }
    await writeFile(file, bytes);
  }
  expect(await memory({ folder }).list('l').rows()).toEqual(shown);
});
