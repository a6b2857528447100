import { millraceError, type ObjectStore } from '@millrace/core';
import { checkedJson, readCheckedJson } from '@millrace/core/connector';

// A value that many may read and one at a time moves on: a chain of numbered objects, of which the highest counts. Who
// moves it creates the next number, which succeeds for one of any number of writers. Old numbers are removed, but the
// last ones stay: a writer that was asleep then creates a number below the head, which nobody sees.

/** A value and its number in the chain. */
export interface Pointed<T> {
  readonly number: number;
  readonly value: T;
}

const keptNumbers = 4;

/** How results and their tables are written; what was written in a higher format is refused. */
const format = 1;

/**
 * The value that counts now, or undefined where there never was one.
 *
 * @throws MillraceError `MILLRACE_TABLE_UNREADABLE` where it is damaged, or of a later format.
 */
export async function readPointer<T extends object>(
  objects: ObjectStore,
  path: string,
): Promise<Pointed<T> | undefined> {
  while (true) {
    const head = (await numbers(objects, path)).at(-1);
    if (head === undefined) return undefined;
    const bytes = await objects.get(keyOf(path, head));
    // Gone in between: then there is a higher one.
    if (bytes !== undefined) return { number: head, value: valueIn(keyOf(path, head), bytes) as T };
  }
}

/** Puts `value` behind `from`. Undefined where another writer was first: read again, and decide anew. */
export async function movePointer<T extends object>(
  objects: ObjectStore,
  path: string,
  from: Pointed<T> | undefined,
  value: T,
): Promise<Pointed<T> | undefined> {
  const number = (from?.number ?? -1) + 1;
  if (!(await objects.create(keyOf(path, number), checkedJson({ format, ...value })))) return undefined;
  const all = await numbers(objects, path);
  if (all.at(-1) !== number) return undefined;
  for (const old of all) if (old <= number - keptNumbers) await objects.delete(keyOf(path, old));
  return { number, value };
}

/** Removes the pointer. */
export async function dropPointer(objects: ObjectStore, path: string): Promise<void> {
  for (const number of await numbers(objects, path)) await objects.delete(keyOf(path, number));
}

function valueIn(key: string, bytes: Uint8Array): unknown {
  let read: ReturnType<typeof readCheckedJson> | undefined;
  let cause: unknown;
  try {
    read = readCheckedJson(bytes);
  } catch (error) {
    cause = error;
  }
  // First, since a later version may check it otherwise.
  const found = (read?.value as { readonly format?: number } | null | undefined)?.format ?? format;
  if (found > format) throw later(key, found);
  if (read?.isWhole === true) return read.value;
  throw damaged(key, cause);
}

function later(object: string, found: number): Error {
  return millraceError('MILLRACE_TABLE_UNREADABLE', {
    table: `the object ${object}`,
    problem: `it was written in format ${found}, and this version reads format ${format}`,
    fix: 'Update @millrace/connectors.',
  });
}

/** Says that an object is not what was written. */
export function damaged(object: string, cause?: unknown): Error {
  return millraceError(
    'MILLRACE_TABLE_UNREADABLE',
    {
      table: `the object ${object}`,
      problem: 'it is damaged',
      fix: 'Restore it from a copy, or run the job again under another name.',
    },
    { cause },
  );
}

async function numbers(objects: ObjectStore, path: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { key } of objects.list(`${path}/`)) found.push(Number(key.slice(path.length + 1)));
  return found;
}

function keyOf(path: string, number: number): string {
  return `${path}/${String(number).padStart(12, '0')}`;
}
