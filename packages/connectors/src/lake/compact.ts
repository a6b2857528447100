import { having, need, optionsOf, requireArguments } from '@millrace/core/connector';
import type { Fields } from '@millrace/core';
import { randomUUID } from 'node:crypto';
import { checkPlace } from './check-place.js';
import { checkWrite } from './check-table.js';
import { rangeOfTags, rangeTags } from './archive/layout.js';
import { filesInOrder } from './archive/ranges.js';
import { openDataFile, writeDataFile } from './data-file.js';
import type { AddFile, TextMap } from './delta/actions.js';
import { commit } from './delta/commit.js';
import { loadLog } from './delta/load-log.js';
import type { LogState } from './delta/log-state.js';
import { fieldsOfSchemaString } from './delta/schema-string.js';
import { numRecords } from './delta/stats.js';
import { type TableFolder, unreadable } from './delta/table-folder.js';
import type { FileBatch } from './parquet/codec.js';
import { type LakeTable, tablePlace } from './table-place.js';

/** How far a compaction goes. */
export interface CompactOptions {
  /** The most rows of a merged file. */
  readonly fileRows?: number;
}

/** What a compaction has done. */
export interface Compaction {
  readonly filesBefore: number;
  readonly filesAfter: number;
}

/**
 * Merges small files of a table into larger ones of up to `fileRows` rows (1,000,000), in the order of their rows. No row
 * changes, so readers that follow the log see nothing new; those of an older version still find its files, which stay
 * where they are. Archives and jobs may write meanwhile. It keeps the rows of one new file in memory.
 *
 * @throws MillraceError `MILLRACE_TABLE_UNREADABLE` where there is no table, or a file of it is gone or damaged;
 * `MILLRACE_TABLE_FOREIGN` where another program has made it, or has given it columns that Millrace does not know, or it
 * lies in the folder of another table.
 * @example
 * ```ts
 * import { compact, lake } from '@millrace/connectors/lake';
 *
 * async function everyNight(): Promise<void> {
 *   await compact(lake({ root: './lake' }).table('popularity'));
 * }
 * ```
 */
export async function compact(table: LakeTable, options: CompactOptions = {}): Promise<Compaction> {
  requireArguments('compact', "compact(lake({ root: './lake' }).table('pins'))", [
    ['table', table, having('a table of a lake', tablePlace)],
    ['options', options, optionsOf('fileRows')],
  ]);
  const { fileRows = 1_000_000 } = options;
  requireArguments('compact', 'compact(table, { fileRows: 1_000_000 })', [['fileRows', fileRows, need.number]]);
  const folder = await table[tablePlace].folder();
  const state = await loadLog(folder);
  await checkPlace(folder, state === undefined);
  if (state?.metaData === undefined) throw unreadable(folder, 'there is no such table', 'Correct its name or root.');
  checkWrite(folder, state);
  const filesBefore = state.files.size;
  let saved = 0;
  for (const files of mergeable(state, fileRows)) {
    if (await merge(folder, state, files)) saved += files.length - 1;
  }
  return { filesBefore, filesAfter: filesBefore - saved };
}

/** Runs of files that follow each other and together have at most `fileRows` rows. */
function mergeable(state: LogState, fileRows: number): AddFile[][] {
  const runs: AddFile[][] = [];
  let run: AddFile[] = [];
  let rows = 0;
  for (const file of filesInOrder(state)) {
    const own = numRecords(file.stats) ?? Infinity;
    const last = run.at(-1);
    if (last === undefined || rows + own > fileRows || !follows(last, file)) {
      runs.push((run = []));
      rows = 0;
    }
    run.push(file);
    rows += own;
  }
  return runs.filter(({ length }) => length > 1);
}

function follows(a: AddFile, b: AddFile): boolean {
  const before = rangeOfTags(a.tags);
  const after = rangeOfTags(b.tags);
  if (before === undefined || after === undefined) return before === after;
  return before.partition === after.partition && before.next === after.from && before.schema === after.schema;
}

async function merge(table: TableFolder, state: LogState, files: readonly AddFile[]): Promise<boolean> {
  const { schemaString } = state.metaData!;
  const fields = fieldsOfSchemaString(schemaString) as Fields;
  const batches: FileBatch[] = [];
  for (const file of files) {
    const opened = await openDataFile(table, file);
    for (let group = 0; group < opened.groups.length; group++) batches.push(await opened.read(group, fields));
    opened.close();
  }
  const tags = mergedTags(files);
  const add = await writeDataFile(table, `part-${randomUUID()}.parquet`, fields, batches, tags);
  return commit(table, state, 'OPTIMIZE', (on) => {
    checkWrite(table, on);
    // Columns have changed: what was read may lack some by now. The next compaction knows them.
    if (on.metaData!.schemaString !== schemaString) return undefined;
    // Another compaction, or a swap, has taken them out: then this file is needless and stays unseen.
    if (files.some(({ path }) => !on.files.has(path))) return undefined;
    const deletionTimestamp = Date.now();
    const removed = files.map(({ path }) => ({ remove: { path, deletionTimestamp, dataChange: false } }));
    return [...removed, { add: { ...add, dataChange: false } }];
  });
}

function mergedTags(files: readonly AddFile[]): TextMap {
  const ranges = files.map(({ tags }) => rangeOfTags(tags)).filter((range) => range !== undefined);
  const [first] = ranges;
  if (first === undefined) return {};
  const sum = (count: 'rejected' | 'repaired' | 'repeatedKeys'): number =>
    ranges.reduce((total, range) => total + range[count], 0);
  const counts = { rejected: sum('rejected'), repaired: sum('repaired'), repeatedKeys: sum('repeatedKeys') };
  return rangeTags({ ...first, next: ranges.at(-1)!.next, ...counts });
}
