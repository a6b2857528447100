import type { BytesColumn } from '../batch/column.js';
import { copyBytes, copyRun, viewed, type Viewed } from '../batch/copy-bytes.js';
import { grown } from '../batch/grow.js';

// The bytes of keys, by entry number, in chunks. A chunk goes when all of its keys have gone, so that a table which
// forgets its oldest keys first stays flat without moving any. Where keys go in another order, a few that stay could
// pin many chunks: the live ones are then moved together.

const chunkBytes = 65_536;
const dropped = -1;
const unkept = -2;

/** The byte strings of a keyed table, by entry number. */
export class KeyBytes {
  private chunkOf = new Int32Array(64).fill(dropped);
  private startOf = new Int32Array(64);
  private endOf = new Int32Array(64);
  private chunks: (Uint8Array | undefined)[] = [];
  private liveKeys: number[] = [];
  private freeChunks: number[] = [];
  private tail = -1;
  private tailAt = 0;
  private tailView: Viewed | undefined;
  private liveBytes = 0;
  private allocatedBytes = 0;

  /** Bytes of memory that it takes. */
  get byteLength(): number {
    return this.allocatedBytes + 12 * this.chunkOf.length;
  }

  /** Notes where the key of a new entry lies in the caller's bytes; `keep` copies all that were noted. */
  note(entry: number, start: number, end: number): void {
    if (entry >= this.chunkOf.length) this.grow(entry + 1);
    this.chunkOf[entry] = unkept;
    this.startOf[entry] = start;
    this.endOf[entry] = end;
  }

  /** Whether the entry's key is this run of bytes; `bytes` is the array that noted entries lie in. */
  equals(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    let at = this.startOf[entry]!;
    const length = this.endOf[entry]! - at;
    if (length !== end - start) return false;
    const chunk = this.chunkOf[entry]!;
    const own = chunk === unkept ? bytes : this.chunks[chunk]!;
    for (let i = start; i < end; i++, at++) if (own[at] !== bytes[i]) return false;
    return true;
  }

  /** Copies the keys of entries that were noted, in the order in which they were. */
  keep(bytes: Uint8Array, entries: Int32Array, count: number): void {
    if (count === 0) return;
    const source = viewed(bytes);
    // Keys that lie side by side, as those of new rows mostly do, are copied in one run.
    for (let i = 0; i < count;) {
      const from = this.startOf[entries[i]!]!;
      this.makeRoom(this.endOf[entries[i]!]! - from);
      const chunk = this.tail;
      const shift = this.tailAt - from;
      const room = this.chunks[chunk]!.length - shift;
      const first = i;
      let to = from;
      while (i < count && this.startOf[entries[i]!] === to && this.endOf[entries[i]!]! <= room) {
        const entry = entries[i++]!;
        to = this.endOf[entry]!;
        this.chunkOf[entry] = chunk;
        this.startOf[entry]! += shift;
        this.endOf[entry] = to + shift;
      }
      copyRun(source, from, to, this.tailView!, this.tailAt);
      this.tailAt += to - from;
      this.liveBytes += to - from;
      this.liveKeys[chunk]! += i - first;
    }
  }

  /** Forgets the key of an entry. */
  drop(entry: number): void {
    const chunk = this.chunkOf[entry]!;
    const left = this.liveKeys[chunk]! - 1;
    this.liveKeys[chunk] = left;
    this.chunkOf[entry] = dropped;
    this.liveBytes -= this.endOf[entry]! - this.startOf[entry]!;
    if (left === 0 && chunk !== this.tail) this.free(chunk);
  }

  /** The keys of the given entries, copied. */
  column(entries: Int32Array): BytesColumn {
    const offsets = new Int32Array(entries.length + 1);
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      offsets[i + 1] = offsets[i]! + this.endOf[entry]! - this.startOf[entry]!;
    }
    const bytes = new Uint8Array(offsets[entries.length]!);
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      copyBytes(this.chunks[this.chunkOf[entry]!]!, this.startOf[entry]!, this.endOf[entry]!, bytes, offsets[i]!);
    }
    return { layout: 'bytes', offsets, bytes, validity: undefined };
  }

  private grow(length: number): void {
    const known = this.chunkOf.length;
    this.chunkOf = grown(this.chunkOf, length).fill(dropped, known);
    this.startOf = grown(this.startOf, length);
    this.endOf = grown(this.endOf, length);
  }

  private makeRoom(bytes: number): void {
    if (this.tail !== -1 && this.tailAt + bytes <= this.chunks[this.tail]!.length) return;
    if (this.allocatedBytes > 16 * chunkBytes && this.allocatedBytes > 4 * this.liveBytes) this.moveTogether();
    this.addChunk(bytes);
  }

  private addChunk(bytes: number): void {
    const full = this.tail;
    // A table of few keys, of which there may be one per window, takes little.
    const length = Math.max(bytes, Math.min(chunkBytes, Math.max(1024, this.allocatedBytes)));
    this.tail = this.freeChunks.pop() ?? this.chunks.length;
    this.tailView = viewed(new Uint8Array(length));
    this.chunks[this.tail] = this.tailView.bytes;
    this.liveKeys[this.tail] = 0;
    this.tailAt = 0;
    this.allocatedBytes += length;
    if (full !== -1 && this.liveKeys[full] === 0) this.free(full);
  }

  private free(chunk: number): void {
    this.allocatedBytes -= this.chunks[chunk]!.length;
    this.chunks[chunk] = undefined;
    this.freeChunks.push(chunk);
  }

  private moveTogether(): void {
    const { chunks } = this;
    this.chunks = [];
    this.liveKeys = [];
    this.freeChunks = [];
    this.tail = -1;
    this.allocatedBytes = 0;
    for (let entry = 0; entry < this.chunkOf.length; entry++) {
      const chunk = this.chunkOf[entry]!;
      if (chunk < 0) continue;
      const start = this.startOf[entry]!;
      const end = this.endOf[entry]!;
      if (this.tail === -1 || this.tailAt + end - start > this.chunks[this.tail]!.length) this.addChunk(end - start);
      copyBytes(chunks[chunk]!, start, end, this.chunks[this.tail]!, this.tailAt);
      this.chunkOf[entry] = this.tail;
      this.startOf[entry] = this.tailAt;
      this.tailAt += end - start;
      this.endOf[entry] = this.tailAt;
      this.liveKeys[this.tail]!++;
    }
  }
}
