import type { Dirent } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareKeys } from '../connector/object-key.js';
import type { StoredObject } from '../connector/object-store.js';

/** How files start that are being written. Nothing else may. */
export const temporaryPrefix = '.millrace-tmp-';

/** Older ones were left behind by a process that was killed: no write takes that long. */
const temporaryForMs = 60 * 60 * 1000;

/**
 * The objects under `folder`, whose keys all start with `base`, in order of key. A folder's entries are visited in the
 * order of their keys, a folder counting as its name and "/": so the walk needs no more memory than one folder does.
 */
export async function* walk(
  folder: string,
  base: string,
  prefix: string,
  after: string | undefined,
): AsyncGenerator<StoredObject> {
  const entries = (await entriesOf(folder))
    .map((entry) => ({ entry, key: base + entry.name + (entry.isDirectory() ? '/' : '') }))
    .sort((a, b) => compareKeys(a.key, b.key));
  for (const { entry, key } of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(temporaryPrefix)) {
      await removeLeftover(path);
    } else if (entry.isDirectory()) {
      if (overlaps(key, prefix) && !isPast(key, after)) yield* walk(path, key, prefix, after);
    } else if (key.startsWith(prefix) && (after === undefined || compareKeys(key, after) > 0)) {
      const stored = await statOf(path);
      if (stored !== undefined) yield { key, size: stored.size, modified: stored.mtimeMs };
    }
  }
}

/** Whether keys of this folder can start with the prefix. */
function overlaps(folderKey: string, prefix: string): boolean {
  return folderKey.startsWith(prefix) || prefix.startsWith(folderKey);
}

/** Whether all keys of this folder lie before `after`. */
function isPast(folderKey: string, after: string | undefined): boolean {
  return after !== undefined && !after.startsWith(folderKey) && compareKeys(folderKey, after) < 0;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true })
    .catch(undefinedIfMissing)
    .then((entries) => entries ?? []);
}

async function removeLeftover(path: string): Promise<void> {
  const found = await statOf(path);
  if (found !== undefined && Date.now() - found.mtimeMs > temporaryForMs) await rm(path, { force: true });
}

/** The file's size and times, or undefined where it is gone. */
export function statOf(path: string): Promise<{ size: number; mtimeMs: number; isFile(): boolean } | undefined> {
  return stat(path).catch(undefinedIfMissing);
}

/** For `catch`: a missing file is no failure. */
export function undefinedIfMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}
