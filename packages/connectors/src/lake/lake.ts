import { checkKey } from '@millrace/core/connector';
import { type Fields, millraceError, type ObjectStore, type Schema } from '@millrace/core';
import { fileURLToPath } from 'node:url';
import { type ArchiveTable, archiveTable, type ArchiveTableOptions } from './archive/archive-table.js';
import { type DerivedTable, derivedTable } from './derived/derived-table.js';
import type { TablePlace } from './table-place.js';

/** Where a lake lies. */
export interface LakeOptions {
  /** A folder, as a path or a `file:` URL, or an object store. A table is a folder in it. */
  readonly root: string | ObjectStore;
}

/** Tables of Parquet files with a Delta log. */
export interface Lake {
  /** The archive of a topic: `archive({ to })` fills it, and as a source it replays the topic. */
  table<F extends Fields>(name: string, schema: Schema<F>, options?: ArchiveTableOptions<F>): ArchiveTable<F>;
  /** A table of results: a sink for an append flow, exactly once. Its columns are those of the flow. */
  table(name: string): DerivedTable;
}

/**
 * A lake: tables that any reader of Delta (DuckDB, Spark, Trino, Polars, delta-rs) can read, and that replay the topics
 * they were archived from.
 *
 * Nothing is read or made before a job runs. Writers need no lock: every commit is one conditional write. Late records
 * and nulls are rows like all others. Times in files are microseconds UTC.
 *
 * @throws MillraceError `MILLRACE_OPTION_INVALID` where the root or a name cannot be one; from jobs:
 * `MILLRACE_TABLE_FOREIGN`, `MILLRACE_TABLE_UNREADABLE`, `MILLRACE_TABLE_GAP`, `MILLRACE_PEER_MISSING` where
 * `parquet-wasm` is not installed.
 * @example
 * ```ts
 * import { memoryStore, schema, utf8 } from '@millrace/core';
 * import { lake } from '@millrace/connectors/lake';
 *
 * const Pin = schema({ id: utf8, category: utf8 });
 * const tables = lake({ root: memoryStore() }); // or root: './lake'
 * const pins = tables.table('pins', Pin); // sources: { live: topic, replay: pins }
 * const popularity = tables.table('popularity'); // sinks: { popularity }
 * console.log(pins.label); // lake table "pins" (memory)
 * ```
 */
export function lake({ root }: LakeOptions): Lake {
  const { location, identity, open } = storeOf(root);
  const place = (name: string): TablePlace => {
    checkKey(location, `${name}/_delta_log`);
    const label = `lake table "${name}" (${location})`;
    return {
      name,
      label,
      identity: [identity, name],
      folder: async () => ({ store: await open(), prefix: `${name}/`, label }),
    };
  };
  return {
    table: ((name: string, schema?: Schema, options: ArchiveTableOptions<Fields> = {}) =>
      schema === undefined ? derivedTable(place(name)) : archiveTable(place(name), schema, options)) as Lake['table'],
  };
}

interface LazyStore {
  readonly location: string;
  /** What tells it from all other stores. */
  readonly identity: unknown;
  readonly open: () => Promise<ObjectStore>;
}

function storeOf(root: string | ObjectStore): LazyStore {
  if (typeof root !== 'string') return { location: root.location, identity: root, open: async () => root };
  const path = pathOfRoot(root);
  let opening: Promise<ObjectStore> | undefined;
  const open = (): Promise<ObjectStore> =>
    (opening ??= import('@millrace/core/folder').then(({ folder }) => folder(path)));
  return { location: `folder ${path}`, identity: path.replace(/^(\.\/)+|\/+$/g, ''), open };
}

function pathOfRoot(root: string): string {
  if (root.startsWith('file://')) return fileURLToPath(root);
  if (root.startsWith('file:')) return root.slice('file:'.length);
  if (root !== '' && !/^[a-z][a-z0-9]+:/i.test(root)) return root;
  throw millraceError('MILLRACE_OPTION_INVALID', {
    subject: 'lake',
    option: 'root',
    problem: root === '' ? 'is empty' : `is ${JSON.stringify(root)}, which is neither a path nor a file: URL`,
    fix: "Give a folder, like root: './lake', or an object store.",
  });
}
