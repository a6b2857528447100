import type { Room } from '@millrace/core/connector';
import { mergeTables, tableBytes, type Table } from './table.js';

/** More rows than this are not kept side by side where they can be merged by key. */
const writtenRowsMax = 65_536;

/** More bytes than this do not wait for a checkpoint. */
const writtenBytesMax = 32 * 1024 * 1024;

/** Rows as they are written: with a key no more than twice its values, however many come. */
export interface WrittenTables {
  add(table: Table): void;
  /** `'stage'` where they take as much memory as they may. */
  room(): Room;
  tables(): readonly Table[];
}

/** No rows yet. With a key only the latest row of each has to be kept. */
export function writtenTables(key: readonly string[] | undefined): WrittenTables {
  let tables: Table[] = [];
  let [rows, bytes] = [0, 0];
  let [mergeAtRows, mergeAtBytes] = [writtenRowsMax, writtenBytesMax / 2];
  let counted = new Set<ArrayBufferLike>();
  return {
    add(table) {
      tables.push(table);
      rows += table.length;
      bytes += tableBytes(table, counted);
      if (key === undefined || (rows < mergeAtRows && bytes < mergeAtBytes)) return;
      const merged = mergeTables(tables, key);
      tables = [merged];
      counted = new Set();
      [rows, bytes] = [merged.length, tableBytes(merged, counted)];
      // Twice what is left, so that a row is merged a few times and not with every batch.
      mergeAtRows = Math.max(writtenRowsMax, 2 * rows);
      mergeAtBytes = Math.max(writtenBytesMax / 2, 2 * bytes);
    },
    room: () => (bytes < writtenBytesMax ? undefined : 'stage'),
    tables: () => tables,
  };
}
