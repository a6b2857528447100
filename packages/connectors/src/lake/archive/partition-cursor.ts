import type { Schema } from '@millrace/core';
import type { Records, SourceContext } from '@millrace/core/connector';
import type { TableFolder } from '../delta/table-folder.js';
import { sliceBatch } from '../parquet/file-batch.js';
import { type Group, type GroupReader, groupReader, type OpenFile } from './group-reader.js';
import type { ArchivedPartition } from './ranges.js';
import { recordsOfBatch } from './record-batch.js';

/** Reads one partition of an archive, in order of offset. */
export interface PartitionCursor {
  /**
   * Records from `position`, which is before the end, on. None, where only a hole is left up to the end. Cheap where it
   * goes on from the last read.
   */
  read(position: number, maxRows: number): Promise<Records>;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

/** A cursor at the start of nowhere: it finds its place at the first read. */
export function partitionCursor(
  table: TableFolder,
  archived: ArchivedPartition,
  schema: Schema,
  id: string,
  context: SourceContext,
): PartitionCursor {
  const { partition, end } = archived;
  let position = -1;
  let reader: GroupReader | undefined;
  /** The group that is being handed out, from `row` on. */
  let group: Group | undefined;
  let row = 0;
  /** The file whose repairs have been told. */
  let counted: OpenFile | undefined;

  const close = async (): Promise<void> => {
    const closing = reader;
    reader = undefined;
    group = undefined;
    counted = undefined;
    await closing?.close();
  };
  const nextGroup = async (target: number): Promise<Group | undefined> => {
    reader ??= groupReader(table, archived, schema, id, context, target);
    try {
      return await reader.next();
    } catch (error) {
      // What comes next is unknown: a read that is done again begins anew.
      await close();
      throw error;
    }
  };

  return {
    async read(target, maxRows) {
      if (target !== position) await close();
      while (group === undefined || row === group.batch.length) {
        group = await nextGroup(target);
        if (group === undefined) return recordless(partition, (position = end));
        row = group.first;
      }
      const { batch, offsets, file } = group;
      const from = row;
      row = Math.min(batch.length, from + maxRows);
      position = row === batch.length ? group.next : offsets[row]!;
      const { decodedFields, range } = file;
      const isCounted = counted === file;
      counted = file;
      return recordsOfBatch(sliceBatch(batch, from, row), {
        partition,
        next: position,
        offsets: offsets.subarray(from, row),
        decodedFields,
        repaired: isCounted ? 0 : range.repaired,
        repeatedKeys: isCounted ? 0 : range.repeatedKeys,
      });
    },
    close,
  };
}

/** A hole at the end: nothing to read, and the position moves over it. */
function recordless(partition: number, next: number): Records {
  const part = {
    partition,
    next,
    offsets: new Float64Array(0),
    decodedFields: undefined,
    repaired: 0,
    repeatedKeys: 0,
  };
  return recordsOfBatch({ length: 0, columns: {} }, part);
}
