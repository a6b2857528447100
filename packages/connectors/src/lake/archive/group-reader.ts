import type { Fields, Schema } from '@millrace/core';
import type { SourceContext } from '@millrace/core/connector';
import { openDataFile } from '../data-file.js';
import { numRecords } from '../delta/stats.js';
import { type TableFolder, unreadable } from '../delta/table-folder.js';
import type { FileBatch, ParquetFile } from '../parquet/codec.js';
import { nullableFields, recordFields } from './layout.js';
import type { ArchivedPartition, RangeFile } from './ranges.js';
import { offsetsOf } from './record-batch.js';

/** A row group of an archive. */
export interface Group {
  readonly batch: FileBatch;
  readonly offsets: Float64Array;
  /** The position behind the group: that of the file where it is its last. */
  readonly next: number;
  /** The first row at or behind the position that was asked for. */
  readonly first: number;
  readonly file: OpenFile;
}

/** A file that is being read. */
export interface OpenFile {
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
}

/** Reads the row groups of a partition, one ahead of the one that is worked on. */
export interface GroupReader {
  /** The next group that may hold rows at or behind the position; undefined behind the last. Whatever fails fails here. */
  next(): Promise<Group | undefined>;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

/** The groups that may hold rows from `position` on. */
export function groupReader(
  table: TableFolder,
  { files }: ArchivedPartition,
  schema: Schema,
  id: string,
  context: SourceContext,
  position: number,
): GroupReader {
  let reached = position;
  let index = files.findIndex(({ next }) => next > position);
  let open: OpenFile | undefined;
  let closed = false;
  let ahead: Promise<Group | undefined> | undefined;

  const following = async (): Promise<Group | undefined> => {
    for (; index !== -1 && index < files.length && !closed; index++) {
      open ??= await openRange(table, files[index]!, schema, id, context);
      if (open.group < open.file.groups.length) {
        const group = await nextGroup(table, open, reached);
        reached = group.next;
        return group;
      }
      open.file.close();
      open = undefined;
    }
    return undefined;
  };

  return {
    async next() {
      ahead ??= following();
      const group = await ahead;
      if (!closed) {
        ahead = following();
        // Told where it is asked for.
        ahead.catch(() => undefined);
      }
      return group;
    },
    async close() {
      closed = true;
      await ahead?.catch(() => undefined);
      open?.file.close();
    },
  };
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
  return { range, file, fields, decodedFields, dense, group: 0, rowsBefore: 0 };
}

/** The next group, past those that end before `position`, with its rows before that skipped. */
async function nextGroup(table: TableFolder, open: OpenFile, position: number): Promise<Group> {
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
  const offsets = dense ? offsetsFrom(first, batch.length) : offsetsOf(batch.columns['_offset']!);
  if (!dense) checkOffsets(table, range, offsets);
  let skipped = 0;
  while (skipped < offsets.length && offsets[skipped]! < position) skipped++;
  const next = at === last ? range.next : (offsets[offsets.length - 1] ?? position - 1) + 1;
  return { batch, offsets, next, first: skipped, file: open };
}

function offsetsFrom(first: number, length: number): Float64Array {
  const offsets = new Float64Array(length);
  for (let row = 0; row < length; row++) offsets[row] = first + row;
  return offsets;
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
