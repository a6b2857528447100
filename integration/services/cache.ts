import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isAlive } from './process-tree.js';
import { tell } from './tell.js';

/**
 * Where fetched servers stay between runs: `.cache/services`, or the folder of MILLRACE_SERVICES. Git ignores it, and
 * it may be removed at any time.
 */
export const cacheFolder = resolve(import.meta.dirname, '../..', process.env['MILLRACE_SERVICES'] ?? '.cache/services');

const halfMade = /^half-(\d+)-/;

/**
 * The folder `name` of the cache, made at the first use. It is made under another name and renamed when it is
 * complete: what a killed process leaves behind is never used, and removed by the next that makes something.
 */
export async function cached(
  name: string,
  what: string,
  make: (folder: string) => Promise<void>,
  cache = cacheFolder,
): Promise<string> {
  const place = join(cache, name);
  if (await exists(place)) return place;
  await mkdir(cache, { recursive: true });
  await removeHalfMade(cache);
  const half = await mkdtemp(join(cache, `half-${process.pid}-${name}-`));
  try {
    // Readable for the user that a server runs as, who need not be the one that fetches.
    await chmod(half, 0o755);
    tell(what);
    await make(half);
    await rename(half, place).catch(async (error: unknown) => {
      // Another process was faster: what it made is as good.
      if (!(await exists(place))) throw error;
    });
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return place;
}

async function removeHalfMade(cache: string): Promise<void> {
  for (const entry of await readdir(cache)) {
    const owner = halfMade.exec(entry)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    await rm(join(cache, entry), { recursive: true, force: true });
  }
}

/** Whether something stands at the path. */
export function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
