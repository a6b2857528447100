import { checkProtocol } from './delta/check-protocol.js';
import type { MetaData } from './delta/actions.js';
import type { LogState } from './delta/log-state.js';
import { fieldsOfSchemaString } from './delta/schema-string.js';
import { foreign, type TableFolder } from './delta/table-folder.js';

// A Delta table can hold more than Millrace knows: values of partitions that stand in no file, columns of other types. Who
// writes rows of it anew would drop them without a word, so nobody does.

/**
 * Refuses to read what could be read only in part.
 *
 * @throws MillraceError `MILLRACE_TABLE_FOREIGN`, or `MILLRACE_TABLE_UNREADABLE` for a protocol that is newer than ours.
 */
export function checkRead(table: TableFolder, state: LogState): void {
  checkProtocol(table, state, 'read');
  checkWhole(table, state.metaData, 'Read it with the program that made it.');
}

/**
 * Refuses to write to a table that is not Millrace's, or is no longer as Millrace keeps one. To be asked again on top of
 * every version that is written on: another program may have changed the table meanwhile.
 *
 * @throws MillraceError as `checkRead` does.
 */
export function checkWrite(table: TableFolder, state: LogState): void {
  checkProtocol(table, state, 'write');
  const { metaData } = state;
  if (metaData === undefined) return;
  if (metaData.configuration['millrace.kind'] === undefined) {
    throw foreign(table, 'another program has made it', 'Leave writing to that program, or name another table.');
  }
  checkWhole(table, metaData, 'Restore it to the version before that, or leave writing to the other program.');
}

function checkWhole(table: TableFolder, metaData: MetaData | undefined, fix: string): void {
  if (metaData === undefined) return;
  const { partitionColumns, schemaString } = metaData;
  if (partitionColumns.length > 0) throw foreign(table, `it is partitioned by ${partitionColumns.join(', ')}`, fix);
  const unknown = Object.entries(fieldsOfSchemaString(schemaString)).find(([, type]) => type === undefined);
  if (unknown === undefined) return;
  throw foreign(table, `its column "${unknown[0]}" is of a type that Millrace does not know`, fix);
}
