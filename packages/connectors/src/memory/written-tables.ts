import { mergeTables, type Table } from './table.js';

/** More rows than this are not kept side by side where they can be merged by key. */
const writtenRowsMax = 65_536;

/** Rows as they are written: with a key no more than twice its values, however many come. */
export interface WrittenTables {
  add(table: Table): void;
  tables(): readonly Table[];
}

/** No rows yet. With a key only the latest row of each has to be kept. */
export function writtenTables(key: readonly string[] | undefined): WrittenTables {
  let tables: Table[] = [];
  let rows = 0;
  let mergeAt = writtenRowsMax;
  return {
    add(table) {
      tables.push(table);
      rows += table.length;
      if (key === undefined || rows < mergeAt) return;
      const merged = mergeTables(tables, key);
      tables = [merged];
      rows = merged.length;
      mergeAt = Math.max(writtenRowsMax, 2 * rows);
    },
    tables: () => tables,
  };
}
