import type { LogState } from './log-state.js';
import { type TableFolder, unreadable } from './table-folder.js';

/**
 * How Millrace writes tables, beside what Delta says: what its configuration, its tags, the columns of an archive and what
 * lies beside a table mean.
 */
export const tableFormat = '1';

/** Refuses a table that asks for more than we know. */
export function checkProtocol(table: TableFolder, { protocol, metaData }: LogState, use: 'read' | 'write'): void {
  const format = metaData?.configuration['millrace.format'] ?? tableFormat;
  if (format !== tableFormat) {
    const problem = `it was written in format ${format} of Millrace, and this version reads format ${tableFormat}`;
    throw unreadable(table, problem, 'Update @millrace/connectors.');
  }
  const { minReaderVersion = 1, minWriterVersion = 2 } = protocol ?? {};
  const [needs, knows] = use === 'read' ? [minReaderVersion, 1] : [minWriterVersion, 2];
  if (needs <= knows) return;
  const problem = `it asks for a ${use === 'read' ? 'reader' : 'writer'} of version ${needs} of the Delta protocol`;
  throw unreadable(table, problem, 'Read it with the program that wrote it: another one has raised its protocol.');
}
