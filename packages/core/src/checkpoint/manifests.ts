import type { ObjectStore } from '../connector/object-store.js';
import { millraceError, type MillraceError } from '../error/millrace-error.js';
import { readCheckedJson } from './checked-json.js';
import type { Manifest } from './manifest.js';

/** The manifests of one chain, by number, and a hint where they end. */
export interface Manifests {
  readonly keyOf: (number: number) => string;
  /**
   * One of them; undefined where there is none of that number.
   *
   * @throws MillraceError `MILLRACE_CHECKPOINT_UNREADABLE` where it is damaged, or of a later version.
   */
  readonly read: (number: number) => Promise<Manifest | undefined>;
  /** The last one; undefined before the first. Refuses a chain of which one was removed. */
  readonly last: () => Promise<Manifest | undefined>;
  /** All from the first to `number`. */
  readonly upTo: (number: number) => Promise<readonly Manifest[]>;
  /** Notes that there is one of this number: only a hint, it may be lost or late. */
  readonly note: (number: number) => Promise<void>;
}

/** How many are read at once where all are. */
const readsAtOnce = 32;

/** The manifests under `prefix`. */
export function manifestsOf(store: ObjectStore, prefix: string): Manifests {
  const folder = `${prefix}/manifest/`;
  const hintKey = `${prefix}/head.json`;
  const keyOf = (number: number): string => `${folder}${String(number).padStart(10, '0')}.json`;
  const read = async (number: number): Promise<Manifest | undefined> => {
    const bytes = await store.get(keyOf(number));
    return bytes === undefined ? undefined : parseManifest(keyOf(number), bytes);
  };

  /** The least number above `number`. */
  async function nextAfter(number: number): Promise<number | undefined> {
    for await (const { key } of store.list(folder, number < 0 ? undefined : keyOf(number))) {
      return Number.parseInt(key.slice(folder.length), 10);
    }
    return undefined;
  }

  return {
    keyOf,
    read,
    // The hint may be old or missing (it is written after the commit); the chain itself has no hole, so going forward from
    // any number that exists finds the end. Where it has one, somebody has removed what is kept for ever.
    async last() {
      const hint = await readHint(store, hintKey);
      let last = await read(hint);
      if (last === undefined && hint > 0) last = await read(0);
      for (;;) {
        for (let next = last; next !== undefined; next = await read(last.number + 1)) last = next;
        const missing = (last?.number ?? -1) + 1;
        const behind = await nextAfter(missing - 1);
        if (behind === undefined) return last;
        if (behind !== missing) throw unreadable(keyOf(missing), `it is not there, and number ${behind} is`);
        // It has come meanwhile.
        last = await read(behind);
      }
    },
    async upTo(number) {
      const manifests: Manifest[] = [];
      while (manifests.length <= number) {
        const from = manifests.length;
        const numbers = Array.from({ length: Math.min(readsAtOnce, number + 1 - from) }, (_, i) => from + i);
        const found = await Promise.all(numbers.map(read));
        found.forEach((manifest, i) => {
          if (manifest === undefined) throw unreadable(keyOf(from + i), 'it is not there');
          manifests.push(manifest);
        });
      }
      return manifests;
    },
    note: (number) => store.put(hintKey, new TextEncoder().encode(JSON.stringify({ number }))),
  };
}

async function readHint(store: ObjectStore, key: string): Promise<number> {
  const bytes = await store.get(key);
  if (bytes === undefined) return 0;
  try {
    const { number } = JSON.parse(new TextDecoder().decode(bytes)) as { number: unknown };
    return Number.isSafeInteger(number) ? (number as number) : 0;
  } catch {
    return 0; // Only a hint: the chain is found without it.
  }
}

function parseManifest(key: string, bytes: Uint8Array): Manifest {
  const { value, isWhole } = jsonOf(key, bytes);
  const manifest = value as Manifest;
  if (manifest.v !== 1) {
    const problem = `it has version ${String(manifest.v)}, and this Millrace reads version 1`;
    const fix = 'Update @millrace/core to the version that wrote it.';
    throw millraceError('MILLRACE_CHECKPOINT_UNREADABLE', { object: key, problem, fix });
  }
  if (!isWhole) throw unreadable(key, 'it is damaged');
  return manifest;
}

function jsonOf(key: string, bytes: Uint8Array): ReturnType<typeof readCheckedJson> {
  try {
    return readCheckedJson(bytes);
  } catch (cause) {
    throw unreadable(key, 'it is no JSON', cause);
  }
}

/** An object of a chain that is not what it was. */
export function unreadable(object: string, problem: string, cause?: unknown): MillraceError {
  return millraceError('MILLRACE_CHECKPOINT_UNREADABLE', { object, problem }, { cause });
}
