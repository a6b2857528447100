import type { Fields, Schema } from '@millrace/core';
import type { Records, SourceContext } from '@millrace/core/connector';
import { openDataFile } from '../data-file.js';
import { numRecords } from '../delta/stats.js';
import { type TableFolder, unreadable } from '../delta/table-folder.js';
import type { FileBatch, ParquetFile } from '../parquet/codec.js';
import { sliceBatch } from '../parquet/file-batch.js';
import { nullableFields, recordFields } from './layout.js';
import type { ArchivedPartition, RangeFile } from './ranges.js';
import { offsetsOf, recordsOfBatch } from './record-batch.js';

/** Reads one partition of an archive, in order of offset. */
export interface PartitionCursor {
  /**
   * Records from `position`, which is before the end, on. None, where only a hole is left up to the end. Cheap where it
   * goes on from the last read.
   */
  read(position: number, maxRows: number): Promise<Records>;
  close(): void;
}

/** A row group that is being handed out, from `row` on. */
interface OpenGroup {
  readonly batch: FileBatch;
  readonly offsets: Float64Array;
  /** The position behind the group: that of the file where it is its last. */
  readonly next: number;
  row: number;
}

interface OpenFile {
  readonly range: RangeFile;
  readonly file: ParquetFile;
  /** The columns that are read. */
  readonly fields: Fields;
  /** The decoded ones among them; undefined where the raw values are handed over instead. */
  readonly decodedFields: Fields | undefined;
  /** Whether every offset of the range has its row, so that offsets need not be read. */
  readonly dense: boolean;
  group: number;
  rowsBefore: number;
  counted: boolean;
}

/** A cursor at the start of nowhere: it finds its place at the first read. */
export function partitionCursor(
  table: TableFolder,
  { partition, files, end }: ArchivedPartition,
  schema: Schema,
  id: string,
  context: SourceContext,
): PartitionCursor {
  let position = -1;
  let index = -1;
  let open: OpenFile | undefined;
  let group: OpenGroup | undefined;

  const close = (): void => {
    open?.file.close();
    open = undefined;
    group = undefined;
  };
  const seek = (target: number): void => {
    close();
    position = target;
    index = files.findIndex(({ next }) => next > target);
  };
  /** Goes on to the next group that may hold rows at or behind `position`; false behind the last. */
  const advance = async (): Promise<boolean> => {
    group = undefined;
    if (open === undefined) {
      const range = files[index];
      if (index === -1 || range === undefined) return false;
      open = await openRange(table, range, schema, id, context);
    }
    if (open.group === open.file.groups.length) {
      close();
      index++;
      return true;
    }
    group = await nextGroup(table, open, position);
    return true;
  };

  return {
    async read(target, maxRows) {
      if (target !== position) seek(target);
      while (group === undefined || group.row === group.batch.length) {
        if (!(await advance())) return recordless(partition, (position = end));
      }
      const { batch, offsets, row } = group;
      const to = Math.min(batch.length, row + maxRows);
      group.row = to;
      position = to === batch.length ? group.next : offsets[to]!;
      const { decodedFields, counted, range } = open!;
      open!.counted = true;
      return recordsOfBatch(sliceBatch(batch, row, to), {
        partition,
        next: position,
        offsets: offsets.subarray(row, to),
        decodedFields,
        repaired: counted ? 0 : range.repaired,
        repeatedKeys: counted ? 0 : range.repeatedKeys,
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

async function openRange(
  table: TableFolder,
  range: RangeFile,
  schema: Schema,
  id: string,
  { columns, metadata }: SourceContext,
): Promise<OpenFile> {
  const file = await openDataFile(table, range.file);
  const rows = file.groups.reduce((sum, group) => sum + group, 0);
  const expected = numRecords(range.file.stats);
  if (expected !== undefined && expected !== rows) {
    throw unreadable(table, `its file ${range.file.path} has ${rows} rows and not the ${expected} that were written`);
  }
  const dense = rows === range.next - range.from;
  const decodedFields =
    range.schema === id
      ? nullableFields(Object.fromEntries(Object.entries(schema.fields).filter(([name]) => columns.has(name))))
      : undefined;
  const only = (...names: (keyof typeof recordFields)[]): Fields =>
    Object.fromEntries(names.map((name) => [name, recordFields[name]]));
  const fields = {
    ...decodedFields,
    ...(dense ? {} : only('_offset')),
    ...(metadata ? only('_key', '_headers', '_broker_time', '_value') : {}),
    ...(decodedFields === undefined ? only('_value') : {}),
    ...(decodedFields !== undefined && range.rejected > 0 ? only('_error') : {}),
  };
  return { range, file, fields, decodedFields, dense, group: 0, rowsBefore: 0, counted: false };
}

/** The next group, past those that end before `position`, with its rows before that skipped. */
async function nextGroup(table: TableFolder, open: OpenFile, position: number): Promise<OpenGroup> {
  const { range, file, fields, dense } = open;
  const { groups } = file;
  const last = groups.length - 1;
  while (dense && open.group < last && range.from + open.rowsBefore + groups[open.group]! <= position) {
    open.rowsBefore += groups[open.group++]!;
  }
  const at = open.group++;
  const first = range.from + open.rowsBefore;
  open.rowsBefore += groups[at]!;
  const batch = await file.read(at, fields);
  const offsets = dense
    ? Float64Array.from({ length: batch.length }, (_, row) => first + row)
    : offsetsOf(batch.columns['_offset']!);
  checkOffsets(table, range, offsets);
  let row = 0;
  while (row < offsets.length && offsets[row]! < position) row++;
  const next = at === last ? range.next : (offsets[offsets.length - 1] ?? position - 1) + 1;
  return { batch, offsets, next, row };
}

function checkOffsets(table: TableFolder, { from, next, file }: RangeFile, offsets: Float64Array): void {
  let before = from - 1;
  for (const offset of offsets) {
    if (offset <= before || offset >= next) {
      throw unreadable(
        table,
        `its file ${file.path} has offset ${offset} where one of ${before + 1} to ${next - 1} belongs`,
      );
    }
    before = offset;
  }
}
