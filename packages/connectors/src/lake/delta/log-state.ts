import type { Action, AddFile, MetaData, Protocol, RemoveFile } from './actions.js';

/**
 * What a table is at one version: the fold of all actions up to it. `applyCommit` moves it on in place; who pins a
 * version loads a state of their own and leaves it.
 */
export interface LogState {
  version: number;
  protocol: Protocol | undefined;
  metaData: MetaData | undefined;
  /** The files of the table, by path. */
  readonly files: Map<string, AddFile>;
  /** Files that were in the table once, by path. */
  readonly removed: Map<string, RemoveFile>;
  /** How far each application has come. */
  readonly txns: Map<string, number>;
}

/** The state before the first commit. */
export function emptyState(): LogState {
  return {
    version: -1,
    protocol: undefined,
    metaData: undefined,
    files: new Map(),
    removed: new Map(),
    txns: new Map(),
  };
}

/** Moves the state on to `version`, whose commit (or checkpoint) has these actions. */
export function applyActions(state: LogState, version: number, actions: readonly Action[]): void {
  for (const { protocol, metaData, add, remove, txn } of actions) {
    if (protocol !== undefined) state.protocol = protocol;
    if (metaData !== undefined) state.metaData = metaData;
    if (txn !== undefined) state.txns.set(txn.appId, txn.version);
    if (add !== undefined) {
      state.files.set(add.path, add);
      state.removed.delete(add.path);
    }
    if (remove !== undefined) {
      state.files.delete(remove.path);
      state.removed.set(remove.path, remove);
    }
  }
  state.version = version;
}
