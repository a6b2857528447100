import { randomUUID } from 'node:crypto';
import { type Action, actionCount, formatCommit, parseCommit } from './actions.js';
import { writeCheckpoint } from './checkpoint.js';
import { advanceByName, advanceLog } from './load-log.js';
import { commitKey, newestKey } from './log-listing.js';
import { applyActions, type LogState } from './log-state.js';
import { type TableFolder, unreadable } from './table-folder.js';

/** Commits between two checkpoints of the log. */
const checkpointEvery = 10;

/** What is to be committed on top of a state, or undefined where it turns out to need nothing any more. */
export type Proposal = (state: LogState) => readonly Action[] | undefined;

/**
 * Commits what `propose` gives on top of the newest version. Where another writer was first, the state moves on and
 * `propose` is asked again: it is the place to see that this commit still fits, and to throw where it does not.
 *
 * @returns whether there was something to commit.
 */
export async function commit(
  table: TableFolder,
  state: LogState,
  operation: string,
  propose: Proposal,
): Promise<boolean> {
  const nonce = randomUUID();
  while (true) {
    const actions = propose(state);
    if (actions === undefined) return false;
    const version = state.version + 1;
    const now = Date.now();
    const commitInfo = { timestamp: now, operation, engineInfo: 'millrace', txnId: nonce, [actionCount]: actions.length + 1 }; // prettier-ignore
    const whole = [{ commitInfo }, ...actions];
    if (await createCommit(table, version, whole, nonce)) {
      applyActions(state, version, whole);
      await noteNewest(table, version);
      if (version % checkpointEvery === 0 && version > 0) await tryCheckpoint(table, state, now);
      return true;
    }
    await advanceLog(table, state);
    if (state.version < version) await advanceByName(table, state);
    if (state.version < version) throw unreadable(table, `version ${version} is there and can not be read`);
  }
}

/** Creates the commit; also true where a store says that it exists, and it is ours: its first answer was lost. */
async function createCommit(
  table: TableFolder,
  version: number,
  actions: readonly Action[],
  nonce: string,
): Promise<boolean> {
  const key = commitKey(table, version);
  if (await table.store.create(key, formatCommit(actions))) return true;
  const present = await table.store.get(key);
  if (present === undefined) return false;
  try {
    return parseCommit(present).some(({ commitInfo }) => commitInfo?.['txnId'] === nonce);
  } catch {
    return false;
  }
}

// The commit is made; without the note nobody sees that it is there, should it go.
async function noteNewest(table: TableFolder, version: number): Promise<void> {
  const note = new TextEncoder().encode(JSON.stringify({ version }));
  await table.store.put(newestKey(table), note).catch(() => undefined);
}

// The commit is made; that the checkpoint can not be costs the next reader some time and nothing else.
async function tryCheckpoint(table: TableFolder, state: LogState, now: number): Promise<void> {
  await writeCheckpoint(table, state, now).catch(() => undefined);
}
