import type { BytesColumn } from '../batch/column.js';
import { hashBytes, hashKeys } from '../batch/hash.js';
import { coverEntries, entryBits, entryMask } from './entry-chunks.js';
import { KeyBytes } from './key-bytes.js';

// A hash table from byte strings to small dense numbers ("entries"). Whoever uses it keeps what belongs to a key in
// arrays of its own, indexed by entry.
//
//   slots    [tag, entry + 1, tag, entry + 1, …]: open addressing, linear probing, at most half full; 0 = free.
//            The tag is the whole hash, so that a probe looks at real key bytes only where all 32 bits agree.
//   placeOf  where the bytes of an entry's key are; of a free entry, the number of the next free one.
//
// A probe into a large table waits for memory. So the keys of a run of rows are hashed first, then all their slots are
// touched (the processor fetches them side by side), and only then probed. Tables grow in the order of the slots: the
// order of the entries would jump about in both tables.

const runRows = 1024;
const touchedFrom = 1 << 15;

// Used within one call only.
const hashes = new Int32Array(runRows);
// Written, so that the compiler cannot leave the touching out.
const touched = new Int32Array(1);

/**
 * Byte strings, each with an entry number: dense, from 0, stable until it is removed, then given again.
 *
 * From a table of which nothing was removed, new keys get `size`, `size + 1`, … in the order of the rows. Equal hashes
 * of different keys are told apart by the keys' bytes.
 *
 * @example
 * ```ts
 * import { KeyTable, type BytesColumn } from '@millrace/core/operate';
 *
 * const bytes = new TextEncoder().encode('aba');
 * const keys: BytesColumn = { layout: 'bytes', offsets: Int32Array.of(0, 1, 2, 3), bytes, validity: undefined };
 * const entries = new Int32Array(3);
 * new KeyTable().findOrInsert(keys, Int32Array.of(0, 1, 2), entries);
 * console.log(entries); // Int32Array(3) [ 0, 1, 0 ]
 * ```
 */
export class KeyTable {
  private slots = new Int32Array(128);
  private placeOf: Int32Array[] = [];
  private covered = 0;
  private keys = new KeyBytes();
  private used = 0;
  private firstFree = -1;
  private count = 0;

  /** How many keys it holds. */
  get size(): number {
    return this.count;
  }

  /** All entry numbers are below it: what arrays by entry need to hold. Falls with `clear` only. */
  get capacity(): number {
    return this.used;
  }

  /** Bytes of memory that it takes. */
  get byteLength(): number {
    return 4 * (this.slots.length + this.covered) + this.keys.byteLength;
  }

  /** The entry of the key in row `row`; −1 where there is none. */
  find(keys: BytesColumn, row: number): number {
    const start = keys.offsets[row]!;
    const end = keys.offsets[row + 1]!;
    const source = viewOf(keys);
    const hash = hashBytes(keys.bytes, start, end);
    const mask = (this.slots.length >> 1) - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.slots[2 * slot + 1]! - 1;
      if (entry < 0) return -1;
      if (this.slots[2 * slot] === hash && this.keys.equals(this.placeAt(entry), source, start, end)) return entry;
    }
  }

  /** Writes the entry of the key in `rows[i]` to `entries[i]`; keys that are new are put in. The bytes are copied. */
  findOrInsert(keys: BytesColumn, rows: Int32Array, entries: Int32Array): void {
    const source = viewOf(keys);
    for (let from = 0; from < rows.length; from += runRows) {
      const to = Math.min(from + runRows, rows.length);
      if (this.keys.isSparse) this.moveTogether();
      hashKeys(keys, rows.subarray(from, to), hashes);
      this.touch(to - from);
      this.probe(source, keys.offsets, rows, from, to, entries);
    }
  }

  /** Takes all entries out, at once. */
  clear(): void {
    this.slots = new Int32Array(128);
    this.placeOf = [];
    this.covered = 0;
    this.keys = new KeyBytes();
    this.used = 0;
    this.firstFree = -1;
    this.count = 0;
  }

  /** Takes entries out; their numbers are given again. Each must be in the table, and once in the list. */
  remove(entries: Int32Array): void {
    for (let from = 0; from < entries.length; from += runRows) {
      const to = Math.min(from + runRows, entries.length);
      for (let i = from; i < to; i++) hashes[i - from] = this.keys.hashAt(this.placeAt(entries[i]!));
      this.touch(to - from);
      for (let i = from; i < to; i++) this.takeOut(entries[i]!);
    }
  }

  /** All entry numbers, ascending. */
  entries(): Int32Array {
    const entries = new Int32Array(this.count);
    let at = 0;
    for (let i = 1; i < this.slots.length; i += 2) if (this.slots[i] !== 0) entries[at++] = this.slots[i]! - 1;
    return entries.sort();
  }

  /** The keys of the given entries, copied. */
  keyColumn(entries: Int32Array): BytesColumn {
    const offsets = new Int32Array(entries.length + 1);
    for (let i = 0; i < entries.length; i++) {
      offsets[i + 1] = offsets[i]! + this.keys.lengthAt(this.placeAt(entries[i]!));
    }
    const bytes = new Uint8Array(offsets[entries.length]!);
    const target = new DataView(bytes.buffer);
    for (let i = 0; i < entries.length; i++) this.keys.copyTo(this.placeAt(entries[i]!), target, offsets[i]!);
    return { layout: 'bytes', offsets, bytes, validity: undefined };
  }

  private placeAt(entry: number): number {
    return this.placeOf[entry >> entryBits]![entry & entryMask]!;
  }

  private touch(count: number): void {
    const { slots } = this;
    if (slots.length < touchedFrom) return;
    const mask = (slots.length >> 1) - 1;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += slots[2 * (hashes[i]! & mask)]!;
    touched[0] = sum;
  }

  private probe(
    source: DataView,
    offsets: Int32Array,
    rows: Int32Array,
    from: number,
    to: number,
    entries: Int32Array,
  ): void {
    let { slots } = this;
    let mask = (slots.length >> 1) - 1;
    for (let i = from; i < to; i++) {
      const hash = hashes[i - from]!;
      const start = offsets[rows[i]!]!;
      const end = offsets[rows[i]! + 1]!;
      let slot = hash & mask;
      let entry = slots[2 * slot + 1]! - 1;
      while (entry >= 0 && (slots[2 * slot] !== hash || !this.keys.equals(this.placeAt(entry), source, start, end))) {
        slot = (slot + 1) & mask;
        entry = slots[2 * slot + 1]! - 1;
      }
      if (entry < 0) {
        entry = this.newEntry(this.keys.append(source, start, end, hash));
        slots[2 * slot] = hash;
        slots[2 * slot + 1] = entry + 1;
        if (4 * this.count > slots.length) {
          this.grow();
          slots = this.slots;
          mask = (slots.length >> 1) - 1;
        }
      }
      entries[i] = entry;
    }
  }

  private newEntry(place: number): number {
    let entry = this.firstFree;
    if (entry !== -1) this.firstFree = this.placeAt(entry);
    else {
      entry = this.used++;
      if (entry >= this.covered) this.covered = coverEntries(this.placeOf, this.used, 0, (n) => new Int32Array(n));
    }
    this.placeOf[entry >> entryBits]![entry & entryMask] = place;
    this.count++;
    return entry;
  }

  private takeOut(entry: number): void {
    const { slots } = this;
    const mask = (slots.length >> 1) - 1;
    const place = this.placeAt(entry);
    let hole = this.keys.hashAt(place) & mask;
    while (slots[2 * hole + 1] !== entry + 1) hole = (hole + 1) & mask;
    // Whatever probes would no longer find behind the hole moves into it.
    for (let next = (hole + 1) & mask; slots[2 * next + 1] !== 0; next = (next + 1) & mask) {
      const home = slots[2 * next]! & mask;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      slots[2 * hole] = slots[2 * next]!;
      slots[2 * hole + 1] = slots[2 * next + 1]!;
      hole = next;
    }
    slots[2 * hole] = 0;
    slots[2 * hole + 1] = 0;
    this.keys.drop(place);
    this.placeOf[entry >> entryBits]![entry & entryMask] = this.firstFree;
    this.firstFree = entry;
    this.count--;
  }

  private grow(): void {
    const old = this.slots;
    const slots = new Int32Array(2 * old.length);
    const mask = (slots.length >> 1) - 1;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      let slot = old[i]! & mask;
      while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
      slots[2 * slot] = old[i]!;
      slots[2 * slot + 1] = old[i + 1]!;
    }
    this.slots = slots;
  }
  private moveTogether(): void {
    const moved = new KeyBytes();
    for (const entry of this.entries()) {
      this.placeOf[entry >> entryBits]![entry & entryMask] = moved.appendFrom(this.keys, this.placeAt(entry));
    }
    this.keys = moved;
  }
}

function viewOf({ bytes }: BytesColumn): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
