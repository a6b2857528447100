import { binary, int32, timestamp } from '@millrace/core';
import {
  coverEntries,
  entryBits,
  entryMask,
  grown,
  KeyTable,
  type BytesColumn,
  type Float64Column,
  type Int32Column,
  type StateTable,
} from '@millrace/core/operate';
import { KeptQueue } from './kept-queue.js';

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
  private readonly keptAt: Float64Array[] = [];
  private covered = 0;
  private queue = new KeptQueue();
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
    const { entries, keptAt, queue, withinMs } = this;
    const kept = new Int32Array(rows.length);
    let count = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const entry = entries[row]!;
      const times = keptAt[entry >> entryBits]!;
      if (time[row]! - times[entry & entryMask]! < withinMs) continue;
      times[entry & entryMask] = time[row]!;
      queue.push(entry, time[row]!, group[row]!);
      kept[count++] = row;
    }
    return kept.subarray(0, count);
  }

  /** Forgets keys that expire at or before `time`: no earlier record is to come. */
  forget(time: number): void {
    if (time === Infinity) {
      this.clear();
      return;
    }
    let expired = 0;
    this.queue.shift(
      (keptAt) => time - keptAt >= this.withinMs,
      (entry, keptAt) => {
        const times = this.keptAt[entry >> entryBits]!;
        if (times[entry & entryMask] !== keptAt) return;
        times[entry & entryMask] = absent;
        this.found = grown(this.found, expired + 1);
        this.found[expired++] = entry;
      },
    );
    if (expired === 0) return;
    if (expired === this.table.size) this.clear();
    else this.table.remove(this.found.subarray(0, expired));
  }

  /** A row per key, in the order in which they were kept: its bytes, the time of the kept record, the key group. */
  snapshot(): StateTable {
    const list = new Int32Array(this.table.size);
    const times = new Float64Array(this.table.size);
    const groups = new Int32Array(this.table.size);
    let length = 0;
    this.queue.each((entry, time, group) => {
      if (this.keptAt[entry >> entryBits]![entry & entryMask] !== time) return;
      list[length] = entry;
      groups[length] = group;
      times[length++] = time;
    });
    return {
      fields: { key: binary, time: timestamp, group: int32 },
      length,
      columns: {
        key: this.table.keyColumn(list),
        time: { layout: 'float64', values: times, validity: undefined },
        group: { layout: 'int32', values: groups, validity: undefined },
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
    for (let i = 0; i < length; i++) {
      const entry = this.found[i]!;
      this.keptAt[entry >> entryBits]![entry & entryMask] = time[rows[i]!]!;
      this.queue.push(entry, time[rows[i]!]!, group[rows[i]!]!);
    }
  }

  private find(keys: BytesColumn, rows: Int32Array): void {
    this.found = grown(this.found, rows.length);
    this.table.findOrInsert(keys, rows, this.found);
    const { capacity } = this.table;
    if (capacity <= this.covered) return;
    this.covered = coverEntries(this.keptAt, capacity, absent, (entries) => new Float64Array(entries));
  }

  private clear(): void {
    this.table.clear();
    this.keptAt.length = 0;
    this.covered = 0;
    this.queue = new KeptQueue();
  }
}

/** Keys of some rows: the one in row `rows[i]` of `keys` is that of row `at[i]` of the whole. */
export interface KeyPart {
  readonly keys: BytesColumn;
  readonly rows: Int32Array;
  readonly at: Int32Array;
}
