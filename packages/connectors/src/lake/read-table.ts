import type { Fields } from '@millrace/core';
import { bareBatch, type Batch, rowReader, having, requireArguments } from '@millrace/core/connector';
import { checkRead } from './check-table.js';
import { filesInOrder } from './archive/ranges.js';
import { openDataFile } from './data-file.js';
import { loadLog } from './delta/load-log.js';
import { fieldsOfSchemaString } from './delta/schema-string.js';
import { unreadable } from './delta/table-folder.js';
import { type LakeTable, tablePlace } from './table-place.js';

/** Rows of a table and what their columns are. */
export interface TableBatch {
  readonly fields: Fields;
  readonly batch: Batch;
}

/**
 * Reads a table as it is now: of an archive the records with their columns, by partition and offset; of results the rows,
 * as they were added. What is published while it reads is not seen. Only one row group is in memory.
 *
 * @throws MillraceError `MILLRACE_TABLE_UNREADABLE` where there is no table, or a file of it is gone or damaged;
 * `MILLRACE_TABLE_FOREIGN` where another program has made it with partitions, or with columns that Millrace does not know.
 * @example
 * ```ts
 * import { memoryStore } from '@millrace/core';
 * import { lake, readTable } from '@millrace/connectors/lake';
 *
 * async function count(): Promise<number> {
 *   let rows = 0;
 *   for await (const { batch } of readTable(lake({ root: memoryStore() }).table('popularity'))) rows += batch.length;
 *   return rows;
 * }
 * ```
 */
export function readTable(table: LakeTable): AsyncGenerator<TableBatch, void, undefined> {
  requireArguments('readTable', "readTable(lake({ root: './lake' }).table('pins'))", [['table', table, lakeTable]]);
  return batchesOf(table);
}

const lakeTable = having('a table of a lake', tablePlace);

async function* batchesOf(table: LakeTable): AsyncGenerator<TableBatch, void, undefined> {
  const folder = await table[tablePlace].folder();
  const state = await loadLog(folder);
  if (state?.metaData === undefined) throw unreadable(folder, 'there is no such table', 'Correct its name or root.');
  checkRead(folder, state);
  const fields = fieldsOfSchemaString(state.metaData.schemaString) as Fields;
  for (const add of filesInOrder(state)) {
    const file = await openDataFile(folder, add);
    try {
      for (let group = 0; group < file.groups.length; group++) {
        const { length, columns } = await file.read(group, fields);
        yield { fields, batch: bareBatch(columns, length) };
      }
    } finally {
      file.close();
    }
  }
}

/**
 * Reads a table row by row, as plain objects: `Date`, `bigint`, a decimal as text. Like `readTable` otherwise.
 *
 * @throws MillraceError as `readTable` does.
 */
export function readRows(table: LakeTable): AsyncGenerator<{ readonly [column: string]: unknown }, void, undefined> {
  requireArguments('readRows', "readRows(lake({ root: './lake' }).table('pins'))", [['table', table, lakeTable]]);
  return rowsOf(table);
}

async function* rowsOf(table: LakeTable): AsyncGenerator<{ readonly [column: string]: unknown }, void, undefined> {
  for await (const { fields, batch } of batchesOf(table)) {
    const row = rowReader(fields)(batch);
    for (let i = 0; i < batch.length; i++) yield row(i);
  }
}
