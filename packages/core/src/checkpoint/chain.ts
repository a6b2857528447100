import type { ObjectStore } from '../connector/object-store.js';
import { millraceError, type MillraceError } from '../error/millrace-error.js';
import { bytesHash, checkedJson, readCheckedJson } from './checked-json.js';
import type { Manifest, StateFile } from './manifest.js';

/** How many checkpoints keep their state files. */
const keptStates = 3;

/**
 * The checkpoints of one lineage: manifest n is created, never written over, by whoever wrote or restored n − 1. Of two
 * processes that believe they own a job one creates n, and the other learns by failing to that it does not.
 */
export interface Chain {
  /** The last manifest; undefined before the first. */
  readonly head: Manifest | undefined;
  /** The nonce of this writer, for manifests that it makes. */
  readonly nonce: string;
  /**
   * Commits a checkpoint: the one conditional write of law 4.
   *
   * @throws MillraceError `MILLRACE_OWNERSHIP_LOST` where another writer has made this number.
   */
  commit(manifest: Manifest): Promise<void>;
  /**
   * The number of the manifest by which another writer has taken over from this one, or was faster to begin the history;
   * undefined where none has.
   */
  overtakenAt(): Promise<number | undefined>;
  /** Stores a state table for checkpoint `number`; invisible until that is committed. */
  putState(number: number, table: StateFileOf, name: string, bytes: Uint8Array): Promise<StateFile>;
  /**
   * The bytes of a state table.
   *
   * @throws MillraceError `MILLRACE_CHECKPOINT_UNREADABLE` where they are gone, or not what was stored.
   */
  getState(file: StateFile): Promise<Uint8Array>;
  /** All manifests from the first to the head. */
  history(): Promise<readonly Manifest[]>;
}

/** Whose table a state file holds. */
export type StateFileOf = Pick<StateFile, 'table' | 'task' | 'rows'>;

/** Opens the chain whose objects are under `prefix`, and finds its head. */
export async function openChain(store: ObjectStore, prefix: string): Promise<Chain> {
  const nonce = crypto.randomUUID();
  const keyOf = (number: number): string => `${prefix}/manifest/${String(number).padStart(10, '0')}.json`;
  const hintKey = `${prefix}/head.json`;
  const read = async (number: number): Promise<Manifest | undefined> => {
    const bytes = await store.get(keyOf(number));
    return bytes === undefined ? undefined : parseManifest(keyOf(number), bytes);
  };
  let head = await findHead(read, await readHint(store, hintKey));
  const states: { readonly number: number; readonly files: readonly StateFile[] }[] = [];
  for (let n = Math.max((head?.number ?? -1) - keptStates + 1, 0); head !== undefined && n <= head.number; n++) {
    const manifest = await read(n);
    if (manifest !== undefined) states.push({ number: n, files: filesOf(manifest) });
  }

  async function dropOldStates(manifest: Manifest): Promise<void> {
    states.push({ number: manifest.number, files: filesOf(manifest) });
    while (states.length > keptStates) {
      const old = states.shift()!;
      const kept = new Set(states.flatMap(({ files }) => files.map(({ key }) => key)));
      for (const { key } of old.files) if (!kept.has(key)) await store.delete(key);
    }
  }

  return {
    get head() {
      return head;
    },
    nonce,
    async commit(manifest) {
      const { number } = manifest;
      const key = keyOf(number);
      const created = await store.create(key, checkedJson(manifest));
      // A lost answer looks like somebody else's manifest: the nonce tells.
      if (!created && (await read(number))?.nonce !== manifest.nonce) {
        throw millraceError('MILLRACE_OWNERSHIP_LOST', { job: manifest.job, checkpoint: number });
      }
      head = manifest;
      await store.put(hintKey, new TextEncoder().encode(JSON.stringify({ number })));
      await dropOldStates(manifest);
    },
    async overtakenAt() {
      if (head !== undefined && head.nonce !== nonce) return undefined;
      const next = await read((head?.number ?? -1) + 1);
      // Its own is there where the answer to the commit was lost.
      return next === undefined || next.nonce === nonce ? undefined : next.number;
    },
    async putState(number, file, name, bytes) {
      // The writer's nonce keeps a process that was thought dead from writing over the files of its successor.
      const path = `${number}-${nonce.slice(0, 8)}/${encodeURIComponent(name)}-${file.task}-${file.table}`;
      const key = `${prefix}/state/${path}.arrow`;
      await store.put(key, bytes);
      return { ...file, key, bytes: bytes.length, hash: bytesHash(bytes) };
    },
    async getState({ key, hash }) {
      const bytes = await store.get(key);
      if (bytes === undefined) throw unreadable(key, 'it is not there');
      if (bytesHash(bytes) !== hash) throw unreadable(key, 'it is damaged');
      return bytes;
    },
    async history() {
      const manifests: Manifest[] = [];
      for (let n = 0; n <= (head?.number ?? -1); n++) {
        const manifest = await read(n);
        if (manifest === undefined) throw unreadable(keyOf(n), 'it is not there');
        manifests.push(manifest);
      }
      return manifests;
    },
  };
}

function filesOf(manifest: Manifest): readonly StateFile[] {
  return Object.values(manifest.state).flatMap(({ files }) => files);
}

// The hint may be old or missing (it is written after the commit); the chain itself has no hole, so going forward from
// any number that exists finds the end.
async function findHead(
  read: (number: number) => Promise<Manifest | undefined>,
  hint: number,
): Promise<Manifest | undefined> {
  let head = await read(hint);
  if (head === undefined && hint > 0) head = await read(0);
  for (let next = head; next !== undefined; next = await read(head.number + 1)) head = next;
  return head;
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

function unreadable(object: string, problem: string, cause?: unknown): MillraceError {
  return millraceError('MILLRACE_CHECKPOINT_UNREADABLE', { object, problem }, { cause });
}
