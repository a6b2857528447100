import type { Fields } from '@millrace/core';
import { type Batch, columnBytes, compact, type SinkContext, type SinkWriter } from '@millrace/core/connector';
import { randomUUID } from 'node:crypto';
import { writeDataFile } from '../data-file.js';
import type { AddFile } from '../delta/actions.js';
import { fileKey, filePath, type TableFolder } from '../delta/table-folder.js';
import type { FileBatch } from '../parquet/codec.js';

/** Rows, and bytes of them, that wait in memory before they become a file, while a stage is still open. */
const rowsMax = 250_000;
const bytesMax = 64 * 1024 * 1024;

/** Collects rows and writes them as files, stage by stage. */
export interface StageFiles extends Pick<SinkWriter, 'write' | 'room' | 'seal' | 'close'> {
  /** Writes what is left of a sealed stage, and gives all its files. */
  stage(checkpoint: number): Promise<readonly AddFile[]>;
  /**
   * Removes the files that earlier owners wrote for stages behind the restored one: no commit of theirs can come any more.
   * Those of a later owner stay, which may be at work by now.
   */
  discard(isKept: (path: string) => boolean): Promise<void>;
}

interface OpenStage {
  /** The first checkpoint that it can be. */
  readonly earliest: number;
  batches: FileBatch[];
  rows: number;
  bytes: number;
  /** The dictionaries that are in `bytes`. */
  counted: Set<ArrayBufferLike>;
  /** The files so far, one after the other: the wasm of the codec holds one at a time. */
  files: Promise<AddFile[]>;
}

/**
 * Files are named `<prefix>-<epoch>-<n>-….parquet` where `n` is the first checkpoint that they can belong to: the one after
 * the restored one at the start, then the one after the last seal.
 */
export function stageFiles(
  table: TableFolder,
  fields: Fields,
  prefix: string,
  { epoch, restored }: Pick<SinkContext, 'epoch' | 'restored'>,
): StageFiles {
  const sealed = new Map<number, OpenStage>();
  let open = newStage(restored + 1);
  let writing: Promise<void> | undefined;

  const spill = (stage: OpenStage): void => {
    const { batches } = stage;
    const name = `${prefix}-${epoch}-${stage.earliest}-${randomUUID()}.parquet`;
    stage.batches = [];
    stage.rows = 0;
    stage.bytes = 0;
    stage.counted = new Set();
    stage.files = stage.files.then(async (files) => [...files, await writeDataFile(table, name, fields, batches, {})]);
    const done = (): void => {
      if (writing === mine) writing = undefined;
    };
    // Where it fails, the stage tells it when it is asked for.
    const mine: Promise<void> = stage.files.then(done, done);
    writing = mine;
  };
  return {
    write(batch) {
      const rows = fileBatchOf(fields, batch);
      if (rows.length === 0) return;
      open.batches.push(rows);
      open.rows += rows.length;
      for (const column of Object.values(rows.columns)) open.bytes += columnBytes(column, open.counted);
      if (open.rows >= rowsMax || open.bytes >= bytesMax) spill(open);
    },
    room: () => writing,
    seal(checkpoint) {
      sealed.set(checkpoint, open);
      open = newStage(checkpoint + 1);
    },
    async stage(checkpoint) {
      const stage = sealed.get(checkpoint);
      if (stage === undefined) return [];
      if (stage.rows > 0) spill(stage);
      const files = await stage.files;
      sealed.delete(checkpoint);
      return files;
    },
    async discard(isKept) {
      for await (const { key } of table.store.list(`${table.prefix}${prefix}-`)) {
        const name = key.slice(table.prefix.length);
        const [from, earliest] = name
          .slice(prefix.length + 1)
          .split('-', 2)
          .map(Number) as [number, number];
        if (from < epoch && earliest > restored && !isKept(filePath(name)))
          await table.store.delete(fileKey(table, filePath(name)));
      }
    },
    async close() {
      await Promise.allSettled([open, ...sealed.values()].map(({ files }) => files));
    },
  };
}

function newStage(earliest: number): OpenStage {
  return { earliest, batches: [], rows: 0, bytes: 0, counted: new Set(), files: Promise.resolve([]) };
}

function fileBatchOf(fields: Fields, batch: Batch): FileBatch {
  const { length, columns } = compact(batch);
  return { length, columns: Object.fromEntries(Object.keys(fields).map((name) => [name, columns[name]!])) };
}
