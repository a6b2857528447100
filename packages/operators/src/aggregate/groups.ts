import type { Fields } from '@millrace/core';
import { type Batch, type Column, grown, KeyTable } from '@millrace/core/operate'; // prettier-ignore
import type { BatchKeys } from './group-keys.js';
import { KeptRows } from './kept-rows.js';

/**
 * The groups of one set of rows: every distinct key has an entry, with the values of its key columns and its key group.
 */
export class Groups {
  private readonly table = new KeyTable();
  private readonly keys: KeptRows;
  /** The key group and one; 0 where the entry is free. */
  private groupOf = new Int32Array(64);

  constructor(by: Fields) {
    const names = Object.keys(by);
    this.keys = new KeptRows({
      parts: by,
      columnsOf: (batch) => names.map((name) => batch.columns[name]!),
      better: () => false,
    });
  }

  get size(): number {
    return this.table.size;
  }

  /** All entries are below it. */
  get capacity(): number {
    return this.table.capacity;
  }

  /** All entries, ascending. */
  entries(): Int32Array {
    return this.table.entries();
  }

  /** Writes the entry of the group of `rows[i]` to `entries[i]`, making the groups that are new. */
  entriesOf(keys: BatchKeys, batch: Batch, rows: Int32Array, entries: Int32Array): void {
    const before = this.table.size;
    keys.findOrInsert(this.table, rows, entries);
    const added = this.table.size - before;
    if (added > 0) this.keep(added, batch, rows, entries);
  }

  /** Takes in groups of another set; gives their entries here. */
  absorb(other: Groups, entries: Int32Array): Int32Array {
    const keys = other.table.keyColumn(entries);
    const columns = other.keyColumns(entries);
    const names = Object.keys(this.keys.parts);
    const batch = {
      columns: Object.fromEntries(names.map((name, i) => [name, columns[i]!])),
      group: other.groups(entries),
    };
    const own = new Int32Array(entries.length);
    const rows = Int32Array.from(entries.keys());
    const find: BatchKeys = { findOrInsert: (table, from, to) => table.findOrInsert(keys, from, to) };
    this.entriesOf(find, batch as unknown as Batch, rows, own);
    return own;
  }

  /** The entries of `other` whose groups are here as well, and what they are here, pair by pair. */
  shared(other: Groups): { readonly theirs: Int32Array; readonly own: Int32Array } {
    const entries = this.entries();
    const keys = this.table.keyColumn(entries);
    const found = entries.map((_, row) => other.table.find(keys, row));
    return { theirs: found.filter((entry) => entry >= 0), own: entries.filter((_, row) => found[row]! >= 0) };
  }

  /** Forgets groups; their entries are given to others. */
  remove(entries: Int32Array): void {
    this.table.remove(entries);
    this.keys.clear(entries);
    for (const entry of entries) this.groupOf[entry] = 0;
  }

  /** The key columns of entries, copied, with one NaN and no −0. */
  keyColumns(entries: Int32Array): readonly Column[] {
    return this.keys.columns(entries).map(canonical);
  }

  /** The key groups of entries. */
  groups(entries: Int32Array): Int32Array {
    const groups = new Int32Array(entries.length);
    for (let i = 0; i < entries.length; i++) groups[i] = this.groupOf[entries[i]!]! - 1;
    return groups;
  }

  private keep(added: number, batch: Batch, rows: Int32Array, entries: Int32Array): void {
    this.groupOf = grown(this.groupOf, this.table.capacity);
    this.keys.grow(this.table.capacity);
    const newEntries = new Int32Array(added);
    const newRows = new Int32Array(added);
    let found = 0;
    for (let i = 0; found < added; i++) {
      const entry = entries[i]!;
      if (this.groupOf[entry] !== 0) continue;
      const row = rows[i]!;
      this.groupOf[entry] = batch.group[row]! + 1;
      newEntries[found] = entry;
      newRows[found++] = row;
    }
    this.keys.update(newEntries, newRows, batch);
  }
}

function canonical(column: Column): Column {
  if (column.layout !== 'float64') return column;
  // Adding 0 turns −0 into 0 and leaves everything else.
  return { ...column, values: column.values.map((value) => value + 0) };
}
