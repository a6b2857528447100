import { binary, int32, timestamp } from '@millrace/core';
import {
  grown,
  KeyTable,
  type BytesColumn,
  type Float64Column,
  type Int32Column,
  type StateTable,
} from '@millrace/core/operate';

// The keys of which a record was kept, with the time of that record, and beside them a queue of (entry, time) in the
// order of keeping: what expires first is at its front. A key that was kept anew stands in the queue twice; its older
// place no longer has the time of the table, and is passed over.
//
// Whether a key has expired is decided by its time when a record looks it up, and never by whether it is still there:
// forgetting is only tidying up.

const absent = -Infinity;

/** The keys that were kept, and since when. */
export class KeptKeys {
  private readonly withinMs: number;
  private readonly table = new KeyTable();
  // By entry.
  private keptAt = new Float64Array(0);
  private groupOf = new Int32Array(0);
  // The queue, from `front` to `back`.
  private queuedEntry = new Int32Array(0);
  private queuedTime = new Float64Array(0);
  private front = 0;
  private back = 0;
  // Used within one call only.
  private found = new Int32Array(0);
  private entries = new Int32Array(0);

  constructor(withinMs: number) {
    this.withinMs = withinMs;
  }

  get size(): number {
    return this.table.size;
  }

  /**
   * Which of `rows`, taken in their order, are kept: those whose key was not kept less than `withinMs` before. `time`
   * and `group` are by row; `parts` hold the keys of all rows, wherever they are.
   */
  admit(parts: readonly KeyPart[], time: Float64Array, group: Int32Array, rows: Int32Array): Int32Array {
    this.entries = grown(this.entries, time.length);
    for (const { keys, rows: from, at } of parts) {
      this.find(keys, from);
      for (let i = 0; i < at.length; i++) this.entries[at[i]!] = this.found[i]!;
    }
    const { entries, keptAt, withinMs } = this;
    const kept = new Int32Array(rows.length);
    let count = 0;
    this.makeRoom(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const entry = entries[row]!;
      if (time[row]! - keptAt[entry]! < withinMs) continue;
      this.keep(entry, time[row]!, group[row]!);
      kept[count++] = row;
    }
    return kept.subarray(0, count);
  }

  /** Forgets keys that expire at or before `time`: no earlier record is to come. */
  forget(time: number): void {
    let expired = 0;
    for (; this.front < this.back; this.front++) {
      const keptAt = this.queuedTime[this.front]!;
      if (time - keptAt < this.withinMs) break;
      const entry = this.queuedEntry[this.front]!;
      if (this.keptAt[entry] !== keptAt) continue;
      this.found = grown(this.found, expired + 1);
      this.found[expired++] = entry;
      this.keptAt[entry] = absent;
    }
    if (expired === 0) return;
    if (expired === this.table.size) this.table.clear();
    else this.table.remove(this.found.subarray(0, expired));
  }

  /** A row per key, in the order in which they were kept: its bytes, the time of the kept record, the key group. */
  snapshot(): StateTable {
    const list = new Int32Array(this.table.size);
    const time = new Float64Array(this.table.size);
    let length = 0;
    for (let i = this.front; i < this.back; i++) {
      const entry = this.queuedEntry[i]!;
      if (this.keptAt[entry] !== this.queuedTime[i]) continue;
      list[length] = entry;
      time[length++] = this.queuedTime[i]!;
    }
    return {
      fields: { key: binary, time: timestamp, group: int32 },
      length,
      columns: {
        key: this.table.keyColumn(list),
        time: { layout: 'float64', values: time, validity: undefined },
        group: { layout: 'int32', values: list.map((entry) => this.groupOf[entry]!), validity: undefined },
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
    this.makeRoom(length);
    for (let i = 0; i < length; i++) this.keep(this.found[i]!, time[rows[i]!]!, group[rows[i]!]!);
  }

  private find(keys: BytesColumn, rows: Int32Array): void {
    this.found = grown(this.found, rows.length);
    this.table.findOrInsert(keys, rows, this.found);
    const known = this.keptAt.length;
    const { capacity } = this.table;
    if (capacity <= known) return;
    this.keptAt = grown(this.keptAt, capacity).fill(absent, known);
    this.groupOf = grown(this.groupOf, capacity);
  }

  private keep(entry: number, time: number, group: number): void {
    this.keptAt[entry] = time;
    this.groupOf[entry] = group;
    this.queuedEntry[this.back] = entry;
    this.queuedTime[this.back++] = time;
  }

  // The queue moves to the start of its arrays before they grow: it is as long as what is kept, not as all that was.
  private makeRoom(rows: number): void {
    if (this.back + rows <= this.queuedEntry.length) return;
    const length = this.back - this.front;
    if (this.front > length + rows) {
      this.queuedEntry.copyWithin(0, this.front, this.back);
      this.queuedTime.copyWithin(0, this.front, this.back);
      this.front = 0;
      this.back = length;
    }
    this.queuedEntry = grown(this.queuedEntry, this.back + rows);
    this.queuedTime = grown(this.queuedTime, this.back + rows);
  }
}

/** Keys of some rows: the one in row `rows[i]` of `keys` is that of row `at[i]` of the whole. */
export interface KeyPart {
  readonly keys: BytesColumn;
  readonly rows: Int32Array;
  readonly at: Int32Array;
}
