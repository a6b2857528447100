import type { JsonValue } from '@millrace/core';

// The actions of the Delta protocol that tables of reader version 1 and writer version 2 are made of. Unknown members
// and unknown actions are ignored, as the protocol asks.

/** What a reader and a writer must know to touch the table. */
export interface Protocol {
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
}

/** What the table is. */
export interface MetaData {
  readonly id: string;
  readonly name?: string | undefined;
  readonly format: { readonly provider: string; readonly options: TextMap };
  readonly schemaString: string;
  readonly partitionColumns: readonly string[];
  readonly configuration: TextMap;
  readonly createdTime?: number | undefined;
}

/** A data file that belongs to the table from this version on. */
export interface AddFile {
  /** Relative to the table, as a URL: encoded. */
  readonly path: string;
  readonly partitionValues: { readonly [column: string]: string | null };
  readonly size: number;
  readonly modificationTime: number;
  /** False where the file holds only rows that were in the table before. */
  readonly dataChange: boolean;
  /** JSON: number of rows, and per column the least and greatest value and the number of nulls. */
  readonly stats?: string | undefined;
  readonly tags?: TextMap | undefined;
}

/** A data file that no longer belongs to the table, but still lies there for those who read an older version. */
export interface RemoveFile {
  readonly path: string;
  readonly deletionTimestamp: number;
  readonly dataChange: boolean;
}

/** How far an application has come with this table. */
export interface Txn {
  readonly appId: string;
  readonly version: number;
  readonly lastUpdated?: number | undefined;
}

/** One line of a commit: exactly one member is set. */
export interface Action {
  readonly protocol?: Protocol;
  readonly metaData?: MetaData;
  readonly add?: AddFile;
  readonly remove?: RemoveFile;
  readonly txn?: Txn;
  readonly commitInfo?: { readonly [name: string]: JsonValue };
}

/** Text by name. */
export type TextMap = { readonly [name: string]: string };

/** The bytes of a commit. */
export function formatCommit(actions: readonly Action[]): Uint8Array {
  return new TextEncoder().encode(actions.map((action) => JSON.stringify(action) + '\n').join(''));
}

/**
 * The actions of a commit.
 *
 * @throws SyntaxError where there is none, where a line is no JSON object, or where there are fewer than the commit
 * says: it was cut off, or is none.
 */
export function parseCommit(bytes: Uint8Array): Action[] {
  const lines = new TextDecoder().decode(bytes).split('\n');
  const actions = lines
    .filter((line) => line.trim() !== '')
    .map((line): Action => {
      const action: unknown = JSON.parse(line);
      if (typeof action !== 'object' || action === null) throw new SyntaxError(`${line} is no action`);
      return action;
    });
  const expected = actions.find(({ commitInfo }) => commitInfo !== undefined)?.commitInfo?.[actionCount] ?? 1;
  if (actions.length < (expected as number)) throw new SyntaxError(`there are ${actions.length} of its actions`);
  return actions;
}

/** The member of `commitInfo` that says how many actions the commit has. */
export const actionCount = 'millraceActions';
