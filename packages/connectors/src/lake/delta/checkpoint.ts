import { bool, type ColumnType, int32, int64, list, nullable, type Row, schema, struct, utf8 } from '@millrace/core';
import { type Batch, columnsOf, rowReader } from '@millrace/core/connector';
import { uncheckedBytes } from '../parquet/checked-bytes.js';
import type { CodecName, MapType } from '../parquet/codec.js';
import { loadParquetCodec } from '../parquet/load-codec.js';
import type { Action, TextMap } from './actions.js';
import { checkpointKey, hintKey } from './log-listing.js';
import type { LogState } from './log-state.js';
import type { TableFolder } from './table-folder.js';

// A checkpoint is a Parquet file with one action per row, one nullable struct column per kind of action.

type Entries = { key: string; value: string | null }[];

function textMap(): MapType & ColumnType<Entries, 'list', false> {
  return { ...list(struct({ key: utf8, value: nullable(utf8) })), map: true };
}

const maybeMap: ColumnType<Entries, 'list', true> = nullable(textMap());

const actionFields = schema({
  txn: nullable(struct({ appId: utf8, version: int64, lastUpdated: nullable(int64) })),
  add: nullable(
    struct({
      path: utf8,
      partitionValues: textMap(),
      size: int64,
      modificationTime: int64,
      dataChange: bool,
      stats: nullable(utf8),
      tags: maybeMap,
    }),
  ),
  remove: nullable(struct({ path: utf8, deletionTimestamp: nullable(int64), dataChange: bool })),
  metaData: nullable(
    struct({
      id: utf8,
      name: nullable(utf8),
      format: struct({ provider: utf8, options: textMap() }),
      schemaString: utf8,
      partitionColumns: list(utf8),
      configuration: textMap(),
      createdTime: nullable(int64),
    }),
  ),
  protocol: nullable(struct({ minReaderVersion: int32, minWriterVersion: int32 })),
}).fields;

type ActionRow = Row<typeof actionFields>;

/** Files that were removed are named for this long, so that whoever cleans up leaves them to slow readers. */
const tombstoneForMs = 7 * 24 * 60 * 60 * 1000;

/** Writes the checkpoint of the state's version, and then the hint that names it. */
export async function writeCheckpoint(table: TableFolder, state: LogState, now: number): Promise<void> {
  const rows = actionRows(state, now);
  const codec = await loadParquetCodec(table.codec);
  const batch = { length: rows.length, columns: columnsOf(actionFields, rows) };
  const bytes = await codec.write(actionFields, [batch]);
  await table.store.put(checkpointKey(table, state.version), bytes);
  const hint = JSON.stringify({ version: state.version, size: rows.length, sizeInBytes: bytes.length });
  await table.store.put(hintKey(table), new TextEncoder().encode(hint));
}

/** The actions of a checkpoint; undefined where the bytes are none, or the codec can not read them. */
export async function readCheckpoint(bytes: Uint8Array, name?: CodecName): Promise<Action[] | undefined> {
  const codec = await loadParquetCodec(name);
  try {
    const file = await codec.open(uncheckedBytes(bytes));
    const actions: Action[] = [];
    for (let group = 0; group < file.groups.length; group++) {
      const batch = await file.read(group, actionFields);
      const read = rowReader(actionFields)(batch as unknown as Batch<typeof actionFields>);
      for (let row = 0; row < batch.length; row++) actions.push(actionOf(read(row)));
    }
    return actions.some(({ metaData }) => metaData !== undefined) ? actions : undefined;
  } catch {
    return undefined;
  }
}

function actionRows(state: LogState, now: number): Partial<ActionRow>[] {
  const rows: Partial<ActionRow>[] = [];
  if (state.protocol !== undefined) rows.push({ protocol: state.protocol });
  if (state.metaData !== undefined) {
    const { id, name, format, schemaString, partitionColumns, configuration, createdTime } = state.metaData;
    const metaData = {
      id,
      name: name ?? null,
      format: { provider: format.provider, options: entriesOf(format.options) },
      schemaString,
      partitionColumns: [...partitionColumns],
      configuration: entriesOf(configuration),
      createdTime: createdTime === undefined ? null : BigInt(createdTime),
    };
    rows.push({ metaData });
  }
  for (const [appId, version] of state.txns) {
    rows.push({ txn: { appId, version: BigInt(version), lastUpdated: null } });
  }
  for (const { path, partitionValues, size, modificationTime, stats, tags } of state.files.values()) {
    const add = {
      path,
      partitionValues: entriesOf(partitionValues),
      size: BigInt(size),
      modificationTime: BigInt(modificationTime),
      // A checkpoint is no change of data, whatever the commit was that it takes the place of.
      dataChange: false,
      stats: stats ?? null,
      tags: tags === undefined ? null : entriesOf(tags),
    };
    rows.push({ add });
  }
  for (const { path, deletionTimestamp } of state.removed.values()) {
    if (deletionTimestamp <= now - tombstoneForMs) continue;
    rows.push({ remove: { path, deletionTimestamp: BigInt(deletionTimestamp), dataChange: false } });
  }
  return rows;
}

function actionOf({ txn, add, remove, metaData, protocol }: ActionRow): Action {
  if (txn !== null) return { txn: { appId: txn.appId, version: Number(txn.version) } };
  if (add !== null) {
    const { path, partitionValues, size, modificationTime, dataChange, stats, tags } = add;
    const numbers = { size: Number(size), modificationTime: Number(modificationTime) };
    const optional = { stats: stats ?? undefined, tags: tags === null ? undefined : mapOf<string>(tags) };
    return { add: { path, partitionValues: mapOf(partitionValues), ...numbers, dataChange, ...optional } };
  }
  if (remove !== null) {
    const { path, deletionTimestamp, dataChange } = remove;
    return { remove: { path, deletionTimestamp: Number(deletionTimestamp ?? 0), dataChange } };
  }
  if (protocol !== null) return { protocol };
  if (metaData !== null) {
    const { id, name, format, schemaString, partitionColumns, configuration, createdTime } = metaData;
    const options = mapOf<string>(format.options);
    return {
      metaData: {
        id,
        name: name ?? undefined,
        format: { provider: format.provider, options },
        schemaString,
        partitionColumns,
        configuration: mapOf<string>(configuration),
        createdTime: createdTime === null ? undefined : Number(createdTime),
      },
    };
  }
  return {};
}

function entriesOf(map: TextMap | { readonly [name: string]: string | null }): Entries {
  return Object.entries(map).map(([key, value]) => ({ key, value }));
}

function mapOf<V extends string | null>(entries: Entries): { [name: string]: V } {
  return Object.fromEntries(entries.map(({ key, value }) => [key, value as V]));
}
