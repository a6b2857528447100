import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { memory } from '@millrace/connectors/memory';

const waiter = join(import.meta.dirname, 'memory-folder-waiter.mjs');

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'millrace-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

it('case 40 (d): a job that waits keeps its process alive, and once it is stopped nothing does', async () => {
  // Without process.exit in it: a handle that is left would keep it, until it is killed and this fails.
  const { stdout } = await promisify(execFile)(process.execPath, [waiter, folder], { timeout: 30_000 });
  const { before, waiting, after } = JSON.parse(stdout) as { [moment: string]: string[] };
  expect(waiting).toContain('Timeout');
  expect(after).toEqual(before);
  const rows = await memory({ folder: join(folder, 'data') }).list('events').rows(); // prettier-ignore
  expect(rows.map(({ n }) => n).sort()).toEqual([1, 2, 3]);
});
