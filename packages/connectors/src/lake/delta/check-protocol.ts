import type { LogState } from './log-state.js';
import { type TableFolder, unreadable } from './table-folder.js';

/** Refuses a table that asks for more than we know. */
export function checkProtocol(table: TableFolder, { protocol }: LogState, use: 'read' | 'write'): void {
  const { minReaderVersion = 1, minWriterVersion = 2 } = protocol ?? {};
  const [needs, knows] = use === 'read' ? [minReaderVersion, 1] : [minWriterVersion, 2];
  if (needs <= knows) return;
  const problem = `it asks for a ${use === 'read' ? 'reader' : 'writer'} of version ${needs} of the Delta protocol`;
  throw unreadable(table, problem, 'Read it with the program that wrote it: another one has raised its protocol.');
}
