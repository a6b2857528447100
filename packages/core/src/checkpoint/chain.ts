import type { ObjectStore } from '../connector/object-store.js';
import { millraceError } from '../error/millrace-error.js';
import { bytesHash, checkedJson } from './checked-json.js';
import type { Manifest, StateFile } from './manifest.js';
import { manifestsOf, unreadable } from './manifests.js';

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
  const stateFolder = `${prefix}/state/`;
  const { keyOf, read, last, upTo, note } = manifestsOf(store, prefix);
  let head = await last();
  const states = await keptStatesOf(read, head);

  async function dropOldStates(manifest: Manifest): Promise<void> {
    // A claim has the files of the checkpoint before it.
    if (manifest.claim) states.pop();
    states.push(filesOf(manifest));
    while (states.length > keptStates) {
      const old = states.shift()!;
      const kept = new Set(states.flatMap((files) => files.map(({ key }) => key)));
      for (const { key } of old) if (!kept.has(key)) await store.delete(key);
    }
  }

  // What a process has stored that died, or lost its job, before it could commit. A later owner may be at work already,
  // with files of higher numbers: those are left alone. What it keeps of lower ones is kept here too.
  async function dropOrphans(claim: number): Promise<void> {
    const kept = new Set(states.flatMap((files) => files.map(({ key }) => key)));
    const orphans: string[] = [];
    for await (const { key } of store.list(stateFolder)) {
      const number = Number.parseInt(key.slice(stateFolder.length), 10);
      if (number <= claim && !kept.has(key)) orphans.push(key);
    }
    for (const key of orphans) await store.delete(key);
  }

  return {
    get head() {
      return head;
    },
    nonce,
    async commit(manifest) {
      const { number } = manifest;
      const created = await store.create(keyOf(number), checkedJson(manifest));
      // A lost answer looks like somebody else's manifest: the nonce tells.
      if (!created && (await read(number))?.nonce !== manifest.nonce) {
        throw millraceError('MILLRACE_OWNERSHIP_LOST', { job: manifest.job, checkpoint: number });
      }
      head = manifest;
      await note(number);
      await dropOldStates(manifest);
      if (manifest.claim) await dropOrphans(number);
    },
    async overtakenAt() {
      if (head !== undefined && head.nonce !== nonce) return undefined;
      const next = await read((head?.number ?? -1) + 1);
      // Its own is there where the answer to the commit was lost.
      return next === undefined || next.nonce === nonce ? undefined : next.number;
    },
    async putState(number, file, name, bytes) {
      // The writer's nonce keeps a process that was thought dead from writing over the files of its successor. No folder
      // per checkpoint: in a file system it would stay when its files are gone.
      const path = `${number}-${nonce.slice(0, 8)}-${encodeURIComponent(name)}-${file.task}-${file.table}`;
      const key = `${stateFolder}${path}.arrow`;
      await store.put(key, bytes);
      return { ...file, key, bytes: bytes.length, hash: bytesHash(bytes) };
    },
    async getState({ key, hash }) {
      const bytes = await store.get(key);
      if (bytes === undefined) throw unreadable(key, 'it is not there');
      if (bytesHash(bytes) !== hash) throw unreadable(key, 'it is damaged');
      return bytes;
    },
    history: () => upTo(head?.number ?? -1),
  };
}

/** The state files of the last checkpoints, without those that claims have said once more. */
async function keptStatesOf(
  read: (number: number) => Promise<Manifest | undefined>,
  head: Manifest | undefined,
): Promise<(readonly StateFile[])[]> {
  const states: (readonly StateFile[])[] = [];
  for (let number = head?.number ?? -1; number >= 0 && states.length < keptStates; number--) {
    const manifest = await read(number);
    if (manifest === undefined) break;
    // What a claim says, the checkpoint before it says too; only the first can have nothing before it.
    if (!manifest.claim) states.unshift(filesOf(manifest));
  }
  return states;
}

function filesOf(manifest: Manifest): readonly StateFile[] {
  return Object.values(manifest.state).flatMap(({ files }) => files);
}
