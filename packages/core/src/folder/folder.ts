import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { checkKey } from '../connector/object-key.js';
import type { ObjectStore, StoredObject } from '../connector/object-store.js';
import { need, requireArguments } from '../error/arguments.js';
import { isMillraceError, millraceError } from '../error/millrace-error.js';
import { makeFolder, pathOf, syncFolder, writeDurably } from './durable.js';
import { statOf, temporaryPrefix, undefinedIfMissing, walk } from './listing.js';

/**
 * A store in a folder of this machine. What has been written survives a crash of the process and of the machine, and a
 * reader, also in another process, sees an object whole or not at all. The folder is made with the first write.
 *
 * The file system must know hard links (`create` is one `link()`); network shares often keep none of these promises.
 *
 * @throws MillraceError `MILLRACE_STORE_FAILED`, at the call that fails, where the path is a file, rights are missing
 * or the disk is full; `MILLRACE_OPTION_INVALID` where a key is no relative path.
 * @example
 * ```ts
 * import { folder } from '@millrace/core/folder';
 *
 * const checkpoints = folder('.millrace');
 * console.log(checkpoints.location); // folder .millrace
 * ```
 */
export function folder(path: string): ObjectStore {
  requireArguments('folder', "folder('.millrace')", [['path', path, need.text]]);
  const root = resolve(path);
  const location = `folder ${path}`;

  const attempt = async <T>(operation: string, key: string, action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (cause) {
      if (isMillraceError(cause)) throw cause;
      throw millraceError('MILLRACE_STORE_FAILED', { location, operation, key }, { cause });
    }
  };
  const checked = (key: string): string => {
    checkKey(location, key);
    return pathOf(root, key);
  };

  return {
    location,
    get: (key) =>
      attempt('read', key, async () => {
        const found = await orAbsent(root, readFile(checked(key)));
        // Not a Buffer, whose slice() does not copy.
        return found && new Uint8Array(found.buffer, found.byteOffset, found.length);
      }),
    getRange: (key, start, end) => attempt('read', key, () => readRange(checked(key), start, end)),
    size: (key) =>
      attempt('look up', key, async () => {
        const found = await orAbsent(root, statOf(checked(key)));
        return found?.isFile() === true ? found.size : undefined;
      }),
    put: (key, bytes) =>
      attempt('write', key, () =>
        throughTemporary(checked(key), bytes, (temporary, target) => rename(temporary, target)),
      ),
    create: (key, bytes) => attempt('create', key, () => throughTemporary(checked(key), bytes, linkIfAbsent)),
    list: (prefix, after) => listed(root, prefix, after, attempt),
    delete: (key) =>
      attempt('delete', key, async () => {
        await orAbsent(root, rm(checked(key)));
      }),
  };
}

type Attempt = <T>(operation: string, key: string, action: () => Promise<T>) => Promise<T>;

/** The object's bytes are complete and durable before it gets its name, and the name is durable before this resolves. */
async function throughTemporary<T>(
  target: string,
  bytes: Uint8Array,
  name: (temporary: string, target: string) => Promise<T>,
): Promise<T> {
  const parent = dirname(target);
  await makeFolder(parent);
  const temporary = join(parent, temporaryPrefix + randomUUID());
  try {
    await writeDurably(temporary, bytes);
    return await name(temporary, target);
  } finally {
    await rm(temporary, { force: true });
    await syncFolder(parent);
  }
}

async function linkIfAbsent(temporary: string, target: string): Promise<boolean> {
  try {
    await link(temporary, target);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readRange(path: string, start: number, end: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) throw new Error(`it has only ${start + filled} bytes`);
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

async function* listed(
  root: string,
  prefix: string,
  after: string | undefined,
  attempt: Attempt,
): AsyncGenerator<StoredObject> {
  const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (base !== '') checkKey(`folder ${root}`, base.slice(0, -1));
  const start = base === '' ? root : pathOf(root, base.slice(0, -1));
  const objects = walk(start, base, prefix, after);
  while (true) {
    const next = await attempt('list', prefix, () => orAbsent(root, objects.next()));
    if (next === undefined || next.done === true) return;
    yield next.value;
  }
}

/** Undefined where the object is missing or its key is a prefix; a root that is no folder remains a failure. */
async function orAbsent<T>(root: string, found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ERR_FS_EISDIR') return undefined;
    if (code !== 'ENOTDIR') throw error;
    const place = await statOf(root).catch(undefinedIfMissing);
    if (place?.isFile() === true) throw error;
    return undefined;
  }
}
