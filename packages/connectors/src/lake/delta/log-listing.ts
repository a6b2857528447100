import type { TableFolder } from './table-folder.js';

const versionDigits = 20;

/** What a log folder holds. */
export interface LogListing {
  readonly commits: ReadonlySet<number>;
  /** Versions with a checkpoint in one file, newest first. */
  readonly checkpoints: readonly number[];
  /** The newest version of any commit or checkpoint; −1 where there is none. */
  readonly head: number;
}

/** The key of the commit that makes `version`. */
export function commitKey(table: TableFolder, version: number): string {
  return `${logPrefix(table)}${padded(version)}.json`;
}

/** The key of the checkpoint of `version`. */
export function checkpointKey(table: TableFolder, version: number): string {
  return `${logPrefix(table)}${padded(version)}.checkpoint.parquet`;
}

/** The key of the hint that names a recent checkpoint. It may be wrong, old, cut off or missing. */
export function hintKey(table: TableFolder): string {
  return `${logPrefix(table)}_last_checkpoint`;
}

/** The key of the note of the newest version that a writer has made: it may be old or missing, never ahead. */
export function newestKey(table: TableFolder): string {
  return `${logPrefix(table)}_millrace_newest`;
}

/** Lists the log from `version` on. */
export async function listLog(table: TableFolder, version: number): Promise<LogListing> {
  const prefix = logPrefix(table);
  const after = version > 0 ? commitKey(table, version - 1) : undefined;
  const commits = new Set<number>();
  const checkpoints: number[] = [];
  let newestCommit = -1;
  for await (const { key } of table.store.list(prefix, after)) {
    const match = /^(\d{20})\.(json|checkpoint\.parquet)$/.exec(key.slice(prefix.length));
    if (match === null) continue;
    const found = Number(match[1]);
    if (match[2] !== 'json') {
      checkpoints.push(found);
      continue;
    }
    commits.add(found);
    newestCommit = Math.max(newestCommit, found);
  }
  checkpoints.sort((a, b) => b - a);
  return { commits, checkpoints, head: Math.max(newestCommit, checkpoints[0] ?? -1) };
}

function logPrefix(table: TableFolder): string {
  return `${table.prefix}_delta_log/`;
}

function padded(version: number): string {
  return String(version).padStart(versionDigits, '0');
}
