import { binary, int32, timestamp } from '@millrace/core';
import {
  grown,
  KeyTable,
  type BytesColumn,
  type Float64Column,
  type Int32Column,
  type StateTable,
} from '@millrace/core/operate';

// The keys of which a record was kept, with the time of that record, in the order in which they were kept: a list
// through the entries of the table, so that what expires first is at its front.
//
// Whether a key has expired is decided by its time when a record looks it up, and never by whether it is still there:
// forgetting is only tidying up.

const absent = -Infinity;
const none = -1;

/** The keys that were kept, and since when. */
export class KeptKeys {
  private readonly withinMs: number;
  private readonly table = new KeyTable();
  // By entry.
  private keptAt = new Float64Array(0);
  private groupOf = new Int32Array(0);
  private before = new Int32Array(0);
  private after = new Int32Array(0);
  private front = none;
  private back = none;
  private entries = new Int32Array(0);

  constructor(withinMs: number) {
    this.withinMs = withinMs;
  }

  get size(): number {
    return this.table.size;
  }

  /**
   * Which of `rows`, taken in their order, are kept: those whose key was not kept less than `withinMs` before. `keys`,
   * `time` and `group` are by row.
   */
  admit(keys: BytesColumn, time: Float64Array, group: Int32Array, rows: Int32Array): Int32Array {
    this.find(keys, rows);
    const { entries, keptAt, withinMs } = this;
    const kept = new Int32Array(rows.length);
    let count = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const entry = entries[i]!;
      if (time[row]! - keptAt[entry]! < withinMs) continue;
      this.append(entry, time[row]!, group[row]!);
      kept[count++] = row;
    }
    return kept.subarray(0, count);
  }

  /** Forgets keys that expire at or before `time`: no earlier record is to come. */
  forget(time: number): void {
    let expired = 0;
    let entry = this.front;
    for (; entry !== none && time - this.keptAt[entry]! >= this.withinMs; entry = this.after[entry]!) {
      this.entries = grown(this.entries, expired + 1);
      this.entries[expired++] = entry;
      this.keptAt[entry] = absent;
    }
    if (expired === 0) return;
    this.front = entry;
    if (entry === none) this.back = none;
    else this.before[entry] = none;
    this.table.remove(this.entries.subarray(0, expired));
  }

  /** A row per key, in the order in which they were kept: its bytes, the time of the kept record, the key group. */
  snapshot(): StateTable {
    const list = new Int32Array(this.table.size);
    for (let entry = this.front, i = 0; entry !== none; entry = this.after[entry]!) list[i++] = entry;
    const time = Float64Array.from(list, (entry) => this.keptAt[entry]!);
    const group = list.map((entry) => this.groupOf[entry]!);
    return {
      fields: { key: binary, time: timestamp, group: int32 },
      length: list.length,
      columns: {
        key: this.table.keyColumn(list),
        time: { layout: 'float64', values: time, validity: undefined },
        group: { layout: 'int32', values: group, validity: undefined },
      },
    };
  }

  /** Goes on from the rows of a snapshot, in the order of their time. */
  restore({ length, columns }: StateTable): void {
    const time = (columns['time'] as Float64Column).values;
    const group = (columns['group'] as Int32Column).values;
    // Every task kept its keys in order, and what several of them kept stands one after the other.
    const rows = Int32Array.from({ length }, (_, i) => i).sort((a, b) => time[a]! - time[b]! || a - b);
    this.find(columns['key'] as BytesColumn, rows);
    for (let i = 0; i < length; i++) this.append(this.entries[i]!, time[rows[i]!]!, group[rows[i]!]!);
  }

  private find(keys: BytesColumn, rows: Int32Array): void {
    this.entries = grown(this.entries, rows.length);
    this.table.findOrInsert(keys, rows, this.entries);
    const known = this.keptAt.length;
    const { capacity } = this.table;
    if (capacity <= known) return;
    this.keptAt = grown(this.keptAt, capacity).fill(absent, known);
    this.groupOf = grown(this.groupOf, capacity);
    this.before = grown(this.before, capacity);
    this.after = grown(this.after, capacity);
  }

  private append(entry: number, time: number, group: number): void {
    if (this.keptAt[entry] !== absent) this.unlink(entry);
    this.keptAt[entry] = time;
    this.groupOf[entry] = group;
    this.before[entry] = this.back;
    this.after[entry] = none;
    if (this.back === none) this.front = entry;
    else this.after[this.back] = entry;
    this.back = entry;
  }

  private unlink(entry: number): void {
    const previous = this.before[entry]!;
    const next = this.after[entry]!;
    if (previous === none) this.front = next;
    else this.after[previous] = next;
    if (next === none) this.back = previous;
    else this.before[next] = previous;
  }
}
