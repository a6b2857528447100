import { type Fields, fieldsText, millraceError, type Schema, type Source } from '@millrace/core';
import type { DecodedRecords, Records, SourcePartition } from '@millrace/core/connector';
import { randomUUID } from 'node:crypto';
import { checkPlace } from '../check-place.js';
import { checkWrite } from '../check-table.js';
import { checkColumnNames } from '../column-names.js';
import { writeDataFile } from '../data-file.js';
import type { Action, AddFile, MetaData } from '../delta/actions.js';
import { commit } from '../delta/commit.js';
import { loadLog } from '../delta/load-log.js';
import { fieldsOfSchemaString } from '../delta/schema-string.js';
import { emptyState, type LogState } from '../delta/log-state.js';
import { foreign, type TableFolder } from '../delta/table-folder.js';
import type { FileBatch } from '../parquet/codec.js';
import { archiveFields, archiveMetaData, type ArchiveInfo, partitionApp, rangeTags, schemaId } from './layout.js';
import { evolvedFields, requireArchive } from './open-archive.js';
import { fileBatchOf } from './record-batch.js';

/** Appends records to an archive. */
export interface ArchiveWriter {
  /** Takes note of partitions that are new, and of where they start: also of those that have no record yet. */
  declare(partitions: readonly SourcePartition[]): Promise<void>;
  /** The offset that a partition goes on from. */
  position(partition: number): number;
  /** Takes records, which go on where the partition stands. Nothing is visible before `flush`. */
  add(records: Records, decoded: DecodedRecords): void;
  /** Rows and bytes that wait. */
  readonly waiting: { readonly rows: number; readonly bytes: number };
  /**
   * Makes what waits durable and visible, in one commit. A hole behind the last record of a partition waits for the next
   * one, and gets a file without rows at the `last` flush.
   */
  flush(last: boolean): Promise<void>;
  /** The version of the table. */
  readonly version: number;
}

interface Pending {
  readonly from: number;
  next: number;
  readonly batches: FileBatch[];
  rejected: number;
  repaired: number;
  repeatedKeys: number;
}

/**
 * Opens an archive to append to it; makes the table where there is none.
 *
 * Crash-safe at every point: files are written first, and one conditional commit adds them together with how far each
 * partition has come. What was written and not committed is invisible, and is read from the topic again.
 *
 * @throws MillraceError `MILLRACE_TABLE_FOREIGN` where the table is not the archive of this topic; from `flush`,
 * `MILLRACE_OWNERSHIP_LOST` where another archive has moved a partition on.
 */
export async function openArchiveWriter(
  table: TableFolder,
  name: string,
  source: Source,
  identity: string,
): Promise<ArchiveWriter> {
  const { schema } = source;
  const known = await loadLog(table);
  await checkPlace(table, known === undefined);
  const state = known ?? emptyState();
  const declared = declaration(table, source, identity);
  const fields = archiveFields(schema);
  checkColumnNames(table, fields, unarchived);
  const id = schemaId(schema);
  const pending = new Map<number, Pending>();
  let waiting = { rows: 0, bytes: 0 };

  const committed = (partition: number): number => state.txns.get(partitionApp(identity, partition))!;
  const proposal = (on: LogState, parts: ReadonlyMap<number, Pending>, files: readonly AddFile[]): Action[] => {
    for (const [partition, { from }] of parts) {
      if (on.txns.get(partitionApp(identity, partition)) === from) continue;
      throw millraceError('MILLRACE_OWNERSHIP_LOST', { job: name, checkpoint: on.version });
    }
    const steps = Array.from(parts, ([partition, { next }]) => ({
      txn: { appId: partitionApp(identity, partition), version: next, lastUpdated: Date.now() },
    }));
    return [...declared(on, []), ...files.map((add) => ({ add })), ...steps];
  };

  return {
    async declare(partitions) {
      await commit(table, state, 'CREATE TABLE', (on) => {
        const actions = declared(on, partitions);
        return actions.length === 0 ? undefined : actions;
      });
    },
    position: (partition) => pending.get(partition)?.next ?? committed(partition),
    add(records, decoded) {
      const { partition, next, values, keys } = records;
      const part = pending.get(partition) ?? newPending(committed(partition));
      pending.set(partition, part);
      part.next = next;
      if (records.length > 0) part.batches.push(fileBatchOf(records, decoded, id));
      part.rejected += decoded.rejected.length;
      part.repaired += decoded.repaired;
      part.repeatedKeys += decoded.repeatedKeys;
      const { rows, bytes } = waiting;
      waiting = { rows: rows + records.length, bytes: bytes + bytesIn(values) + bytesIn(keys) };
    },
    get waiting() {
      return waiting;
    },
    async flush(last) {
      const parts = new Map([...pending].filter(([, { batches }]) => last || batches.length > 0));
      if (parts.size === 0) return;
      for (const partition of parts.keys()) pending.delete(partition);
      waiting = { rows: 0, bytes: 0 };
      const files = await writeFiles(table, fields, id, parts);
      await commit(table, state, 'STREAMING UPDATE', (on) => proposal(on, parts, files));
    },
    get version() {
      return state.version;
    },
  };
}

/** What the log must say of the table before records of this source are added: nothing where it says so already. */
function declaration(
  table: TableFolder,
  source: Source,
  identity: string,
): (on: LogState, partitions: readonly SourcePartition[]) => Action[] {
  const { schema, keyedBy } = source;
  const fields = archiveFields(schema);
  const tableName = table.prefix.slice(0, -1);
  const described = { identity, topic: source.name, keyedBy, ...schemaOf(schema) };
  return (on, partitions) => {
    const info = on.metaData === undefined ? undefined : checkedInfo(table, on, source, identity);
    const added = partitions.filter(({ partition }) => !(partition in (info?.starts ?? {})));
    if (info !== undefined && added.length === 0 && info.schema === described.schema) return [];
    const starts = { ...info?.starts, ...Object.fromEntries(added.map(({ partition, start }) => [partition, start])) };
    const txns = added.map(({ partition, start }) => ({
      txn: { appId: partitionApp(identity, partition), version: start, lastUpdated: Date.now() },
    }));
    if (on.metaData === undefined) {
      const metaData = archiveMetaData(randomUUID(), tableName, fields, { ...described, starts });
      return [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData }, ...txns];
    }
    const metaData = evolved(table, on.metaData, fields, { ...described, starts });
    return [{ metaData }, ...txns];
  };
}

/** The description of a table that has one: what others have added to it, like a property or a comment, stays. */
function evolved(table: TableFolder, present: MetaData, fields: Fields, info: ArchiveInfo): MetaData {
  const { id, name, schemaString, configuration, createdTime } = present;
  const all = evolvedFields(table, schemaString, fields);
  checkColumnNames(table, all, unarchived);
  const metaData = archiveMetaData(id, name ?? '', all, info);
  const isSame = fieldsText(all) === fieldsText(fieldsOfSchemaString(schemaString) as Fields);
  return {
    ...present,
    ...metaData,
    schemaString: isSame ? schemaString : metaData.schemaString,
    configuration: { ...configuration, ...metaData.configuration },
    createdTime,
  };
}

/** What to do about a field whose name can be no column. */
function unarchived(name: string): string {
  const where = `Archive the topic with a schema that has no field ${JSON.stringify(name)}`;
  return `${where}: all bytes are kept, a replay of the whole schema decodes them, and rename names the column for results.`;
}

function checkedInfo(table: TableFolder, on: LogState, { name, keyedBy }: Source, identity: string): ArchiveInfo {
  const info = requireArchive(table, on);
  checkWrite(table, on);
  if (info.identity !== identity) {
    const problem = `it archives the topic "${info.topic}" (${info.identity}), and this is "${name}" (${identity})`;
    throw foreign(table, problem, 'Archive into a table of another name.');
  }
  if (info.keyedBy !== keyedBy) {
    const problem = `its topic was keyed by ${info.keyedBy ?? 'no field'}, and is keyed by ${keyedBy ?? 'no field'} now`;
    throw foreign(table, problem, 'Declare keyedBy as it was, or archive into a table of another name.');
  }
  return info;
}

function schemaOf(schema: Schema): Pick<ArchiveInfo, 'schema' | 'schemaText'> {
  return { schema: schemaId(schema), schemaText: fieldsText(schema.fields) };
}

function newPending(from: number): Pending {
  return { from, next: from, batches: [], rejected: 0, repaired: 0, repeatedKeys: 0 };
}

function bytesIn({ offsets }: Records['values']): number {
  return offsets[offsets.length - 1]! - offsets[0]!;
}

async function writeFiles(
  table: TableFolder,
  fields: Fields,
  schema: string,
  parts: ReadonlyMap<number, Pending>,
): Promise<AddFile[]> {
  const files: AddFile[] = [];
  for (const [partition, { batches, ...range }] of parts) {
    const name = `part-${partition}-${range.from}-${randomUUID()}.parquet`;
    files.push(await writeDataFile(table, name, fields, batches, rangeTags({ partition, schema, ...range })));
  }
  return files;
}
