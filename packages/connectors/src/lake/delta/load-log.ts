import { type Action, parseCommit } from './actions.js';
import { readCheckpoint } from './checkpoint.js';
import { checkpointKey, commitKey, hintKey, listLog, type LogListing, newestKey } from './log-listing.js';
import { applyActions, emptyState, type LogState } from './log-state.js';
import { type TableFolder, unreadable } from './table-folder.js';

// The newest version is the newest commit of a run without a hole that starts at a checkpoint or at 0. The hint only saves
// the listing of what lies before it: where it leads nowhere, the log is listed whole. That the newest commits are gone
// can not be seen from those that are left: writers note what they have made.

/** A commit as a reader sees it. */
export interface Commit {
  readonly version: number;
  readonly actions: readonly Action[];
}

/**
 * The newest state of a table; undefined where there is none.
 *
 * @throws MillraceError `MILLRACE_TABLE_UNREADABLE` where a commit is missing or cut off.
 */
export async function loadLog(table: TableFolder): Promise<LogState | undefined> {
  // Read first: a commit that is made meanwhile is not missing.
  const newest = await versionIn(table, newestKey(table));
  for (let look = 0; look < 2; look++) {
    const state = await newestState(table);
    if (state !== undefined && state.version < newest) await advanceByName(table, state);
    if ((state?.version ?? -1) >= newest) return state;
  }
  throw unreadable(table, `version ${newest}, which was made, is missing in its log (${commitKey(table, newest)})`);
}

async function newestState(table: TableFolder): Promise<LogState | undefined> {
  const hint = await versionIn(table, hintKey(table));
  if (hint > 0) {
    const listing = await listLog(table, hint);
    const state = await startState(table, listing);
    if (state.version >= 0) return readOn(table, state, listing);
  }
  const listing = await listLog(table, 0);
  if (listing.head === -1) return undefined;
  return readOn(table, await startState(table, listing), listing);
}

/** Moves `state` on to the newest version, and gives the commits that led there, each once. */
export async function advanceLog(table: TableFolder, state: LogState): Promise<readonly Commit[]> {
  return readCommits(table, state, await listLog(table, state.version + 1));
}

/** Moves `state` on by the names of the commits: a listing may lag behind, and an object that is there is found. */
export async function advanceByName(table: TableFolder, state: LogState): Promise<void> {
  while ((await table.store.size(commitKey(table, state.version + 1))) !== undefined) {
    const { version, actions } = await readCommit(table, state.version + 1);
    applyActions(state, version, actions);
  }
}

async function readOn(table: TableFolder, state: LogState, listing: LogListing): Promise<LogState> {
  await readCommits(table, state, listing);
  return state;
}

/** The state of the newest checkpoint that can be read; the empty one where none can. */
async function startState(table: TableFolder, { checkpoints }: LogListing): Promise<LogState> {
  for (const version of checkpoints) {
    const bytes = await table.store.get(checkpointKey(table, version));
    // One that was cut off is only a lost saving: an older one, or the commits themselves, say the same.
    const actions = bytes === undefined ? undefined : await readCheckpoint(bytes, table.codec);
    if (actions === undefined) continue;
    const state = emptyState();
    applyActions(state, version, actions);
    return state;
  }
  return emptyState();
}

const readAhead = 16;

async function readCommits(table: TableFolder, state: LogState, listing: LogListing): Promise<Commit[]> {
  const { head, commits } = await withoutHole(table, state.version, listing);
  const read: Commit[] = [];
  while (state.version < head) {
    const first = state.version + 1;
    const versions = Array.from({ length: Math.min(readAhead, head - state.version) }, (_, i) => first + i);
    const parts = await Promise.all(versions.filter((v) => commits.has(v)).map((v) => readCommit(table, v)));
    for (const commit of parts) {
      applyActions(state, commit.version, commit.actions);
      read.push(commit);
    }
  }
  return read;
}

/** The listing, or a second one, that has every version between `base` and its head. */
async function withoutHole(table: TableFolder, base: number, listing: LogListing): Promise<LogListing> {
  if (firstHole(base, listing) === undefined) return listing;
  const again = await listLog(table, base + 1);
  const hole = firstHole(base, again);
  if (hole === undefined) return again;
  throw unreadable(
    table,
    `version ${hole} is missing in its log (${commitKey(table, hole)}), and later ones are there`,
  );
}

function firstHole(base: number, { commits, head }: LogListing): number | undefined {
  for (let version = base + 1; version <= head; version++) if (!commits.has(version)) return version;
  return undefined;
}

async function readCommit(table: TableFolder, version: number): Promise<Commit> {
  const key = commitKey(table, version);
  const bytes = await table.store.get(key);
  if (bytes === undefined) throw unreadable(table, `version ${version} has gone from its log (${key})`);
  try {
    return { version, actions: parseCommit(bytes) };
  } catch (error) {
    throw unreadable(table, `version ${version} of its log (${key}) is not whole`, undefined, error);
  }
}

async function versionIn(table: TableFolder, key: string): Promise<number> {
  const bytes = await table.store.get(key);
  if (bytes === undefined) return -1;
  try {
    const { version } = JSON.parse(new TextDecoder().decode(bytes)) as { version?: unknown };
    return Number.isSafeInteger(version) ? (version as number) : -1;
  } catch {
    return -1;
  }
}
