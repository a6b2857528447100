import { millraceError } from '@millrace/core';
import type { AddFile } from '../delta/actions.js';
import type { LogState } from '../delta/log-state.js';
import { type TableFolder, unreadable } from '../delta/table-folder.js';
import { type ArchiveInfo, type FileRange, partitionApp, rangeOfTags } from './layout.js';

/** A file of an archive and what it stands for. */
export interface RangeFile extends FileRange {
  readonly file: AddFile;
}

/** One partition of an archive, whole from its first offset to its last. */
export interface ArchivedPartition {
  readonly partition: number;
  readonly start: number;
  readonly end: number;
  /** Its files in order of offset. */
  readonly files: readonly RangeFile[];
}

/**
 * The partitions of an archive, by number. Every offset from the first that was archived up to the version of the
 * partition's transaction is in exactly one file, or this throws.
 *
 * @throws MillraceError `MILLRACE_TABLE_GAP` where offsets are in no file, `MILLRACE_TABLE_UNREADABLE` where they are in
 * two, or where a file was written by another program.
 */
export function archivedPartitions(
  table: TableFolder,
  state: LogState,
  info: ArchiveInfo,
): ReadonlyMap<number, ArchivedPartition> {
  const byPartition = new Map<number, RangeFile[]>();
  for (const file of state.files.values()) {
    const range = rangeOfTags(file.tags);
    if (range === undefined) {
      const problem = `its file ${file.path} does not say which offsets it holds: another program has written it`;
      throw unreadable(table, problem, 'Restore the table to a version before that program wrote to it.');
    }
    const files = byPartition.get(range.partition) ?? [];
    files.push({ ...range, file });
    byPartition.set(range.partition, files);
  }
  const partitions = new Map<number, ArchivedPartition>();
  for (const number of new Set([...Object.keys(info.starts).map(Number), ...byPartition.keys()])) {
    const files = (byPartition.get(number) ?? []).sort((a, b) => a.from - b.from || a.next - b.next);
    const start = info.starts[number] ?? 0;
    const end = state.txns.get(partitionApp(info.identity, number)) ?? start;
    checkWhole(table, { partition: number, start, end, files });
    partitions.set(number, { partition: number, start, end, files });
  }
  return partitions;
}

function checkWhole(table: TableFolder, { partition, start, end, files }: ArchivedPartition): void {
  const gap = (from: number, to: number): void => {
    if (from < to) throw millraceError('MILLRACE_TABLE_GAP', { table: table.label, partition, from, to });
  };
  let expected = start;
  for (const { from, next, file } of files) {
    gap(expected, from);
    if (from < expected || next > end) {
      const [first, last] = from < expected ? [from, Math.min(expected, next) - 1] : [end, next - 1];
      const where = from < expected ? 'twice' : 'beyond what was committed';
      const problem = `partition ${partition} has the offsets ${first} to ${last} ${where}, in its file ${file.path}`;
      throw unreadable(table, problem, 'Restore the table to the version before that file was added.');
    }
    expected = next;
  }
  gap(expected, end);
}

/** The files of an archive by partition and offset; those of another table as they were added. */
export function filesInOrder({ files }: LogState): AddFile[] {
  const ranged = Array.from(files.values(), (file) => ({ file, range: rangeOfTags(file.tags) }));
  ranged.sort((a, b) => {
    if (a.range === undefined || b.range === undefined) return 0;
    return a.range.partition - b.range.partition || a.range.from - b.range.from;
  });
  return ranged.map(({ file }) => file);
}
