import { type Fields, millraceError, type Schema } from '@millrace/core';
import type { SourceContext, SourceReader } from '@millrace/core/connector';
import { checkRead } from '../check-table.js';
import { checkPresent } from '../data-file.js';
import { loadLog } from '../delta/load-log.js';
import type { LogState } from '../delta/log-state.js';
import { fileKey, type TableFolder, unreadable } from '../delta/table-folder.js';
import { schemaId } from './layout.js';
import { checkKeyedBy, checkRelated, requireArchive } from './open-archive.js';
import { partitionCursor, type PartitionCursor } from './partition-cursor.js';
import { type ArchivedPartition, archivedPartitions } from './ranges.js';

/**
 * Opens an archive to be read as the topic that it was. The version is pinned: what is archived afterwards is not seen.
 *
 * @throws MillraceError before the first record where the table is none, is another's, has a hole, or lacks a file.
 */
export async function openReplay<F extends Fields>(
  table: TableFolder,
  schema: Schema<F>,
  keyedBy: string | undefined,
  context: SourceContext,
): Promise<SourceReader> {
  const state = await loadLog(table);
  if (state === undefined) {
    throw unreadable(table, 'there is no such table', 'Archive the topic into it first, or correct its name or root.');
  }
  const info = requireArchive(table, state);
  checkRead(table, state);
  checkRelated(table, state.metaData!, info, schema);
  checkKeyedBy(table, info, keyedBy);
  const partitions = archivedPartitions(table, state, info);
  await checkFiles(table, state);

  const id = schemaId(schema);
  const cursors = new Map<number, PartitionCursor>();
  const cursorOf = (archived: ArchivedPartition): PartitionCursor => {
    const cursor = cursors.get(archived.partition) ?? partitionCursor(table, archived, schema, id, context);
    cursors.set(archived.partition, cursor);
    return cursor;
  };

  return {
    identity: info.identity,
    partitions: async () => Array.from(partitions.values(), ({ partition, start, end }) => ({ partition, start, end })),
    async read(partition, position, maxRows) {
      const archived = partitions.get(partition) ?? { partition, start: 0, end: 0, files: [] };
      const { start, end } = archived;
      const source = table.label;
      if (position < start) throw millraceError('MILLRACE_SOURCE_TRUNCATED', { source, partition, position, start });
      if (position > end) throw millraceError('MILLRACE_SOURCE_BEYOND_END', { source, partition, position, end });
      if (position === end) return { kind: 'end' };
      return { kind: 'records', records: await cursorOf(archived).read(position, maxRows) };
    },
    arrival: async () => undefined,
    async close() {
      await Promise.all(Array.from(cursors.values(), (cursor) => cursor.close()));
    },
  };
}

// One listing instead of a question per file: a replay of half a table is worse than none.
async function checkFiles(table: TableFolder, state: LogState): Promise<void> {
  const sizes = new Map<string, number>();
  for await (const { key, size } of table.store.list(table.prefix)) sizes.set(key, size);
  for (const file of state.files.values()) checkPresent(table, file, sizes.get(fileKey(table, file.path)));
}
