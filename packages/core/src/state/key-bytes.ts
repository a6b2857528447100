// The bytes of keys, one behind the other in chunks of words: the hash, the length, the bytes. A key is found by its
// place: the number of its chunk, and where its bytes begin in there.
//
// A chunk goes when all of its keys have gone, so that a table which forgets its oldest keys first stays flat without
// moving any. Where keys go in another order, a few that stay can pin many chunks: `isSparse` says so.

const placeBits = 14;
const placeMask = (1 << placeBits) - 1;
const chunkWords = 1 << placeBits;
const headWords = 2;

/** The byte strings of a keyed table, by place, each with its hash. */
export class KeyBytes {
  private chunks: (Int32Array | undefined)[] = [];
  private liveKeys: number[] = [];
  private freeChunks: number[] = [];
  private tail = -1;
  private tailAt = 0;
  private liveWords = 0;
  private allocatedWords = 0;

  /** Bytes of memory that it takes. */
  get byteLength(): number {
    return 4 * this.allocatedWords;
  }

  /** Whether most of its memory belongs to keys that have gone. */
  get isSparse(): boolean {
    return this.allocatedWords > 16 * chunkWords && this.allocatedWords > 4 * this.liveWords;
  }

  /** Copies a key out of `source` and returns its place. */
  append(source: DataView, start: number, end: number, hash: number): number {
    const words = headWords + ((end - start + 3) >> 2);
    const chunk = this.roomFor(words);
    let at = this.tailAt;
    chunk[at] = hash;
    chunk[at + 1] = end - start;
    at += headWords;
    const place = (this.tail << placeBits) | at;
    let from = start;
    for (; from + 4 <= end; from += 4) chunk[at++] = source.getInt32(from, true);
    if (from < end) chunk[at] = lastWord(source, from, end);
    this.tailAt += words;
    return place;
  }

  /** Copies the key of another one and returns its place in here. */
  appendFrom(other: KeyBytes, place: number): number {
    const from = (place & placeMask) - headWords;
    const source = other.chunks[place >>> placeBits]!;
    const words = headWords + ((source[from + 1]! + 3) >> 2);
    const chunk = this.roomFor(words);
    const at = this.tailAt;
    chunk.set(source.subarray(from, from + words), at);
    this.tailAt += words;
    return (this.tail << placeBits) | (at + headWords);
  }

  /** The hash of the key at a place. */
  hashAt(place: number): number {
    return this.chunks[place >>> placeBits]![(place & placeMask) - headWords]!;
  }

  /** Whether the key at a place is this run of bytes. */
  equals(place: number, source: DataView, start: number, end: number): boolean {
    const chunk = this.chunks[place >>> placeBits]!;
    let at = place & placeMask;
    if (chunk[at - 1] !== end - start) return false;
    let from = start;
    for (; from + 4 <= end; from += 4) if (chunk[at++] !== source.getInt32(from, true)) return false;
    return from === end || chunk[at] === lastWord(source, from, end);
  }

  /** Forgets the key at a place. */
  drop(place: number): void {
    const chunk = place >>> placeBits;
    this.liveWords -= headWords + ((this.lengthAt(place) + 3) >> 2);
    const left = this.liveKeys[chunk]! - 1;
    this.liveKeys[chunk] = left;
    if (left === 0 && chunk !== this.tail) this.free(chunk);
  }

  /** How many bytes the key at a place has. */
  lengthAt(place: number): number {
    return this.chunks[place >>> placeBits]![(place & placeMask) - 1]!;
  }

  /** Writes the key at a place to `target`. */
  copyTo(place: number, target: DataView, start: number): void {
    const chunk = this.chunks[place >>> placeBits]!;
    let at = place & placeMask;
    const end = start + this.lengthAt(place);
    let to = start;
    for (; to + 4 <= end; to += 4) target.setInt32(to, chunk[at++]!, true);
    for (let rest = chunk[at]!; to < end; to++, rest >>>= 8) target.setUint8(to, rest & 255);
  }

  // The chunk that has room for one more key of so many words, which are counted as its own from now on.
  private roomFor(words: number): Int32Array {
    if (this.tail === -1 || this.tailAt + words > this.chunks[this.tail]!.length) this.addChunk(words);
    this.liveWords += words;
    this.liveKeys[this.tail]!++;
    return this.chunks[this.tail]!;
  }

  private addChunk(words: number): void {
    const full = this.tail;
    // A table of few keys, of which there may be one per window, takes little.
    const length = Math.max(words, Math.min(chunkWords, Math.max(256, this.allocatedWords)));
    this.tail = this.freeChunks.pop() ?? this.chunks.length;
    this.chunks[this.tail] = new Int32Array(length);
    this.liveKeys[this.tail] = 0;
    this.tailAt = 0;
    this.allocatedWords += length;
    if (full !== -1 && this.liveKeys[full] === 0) this.free(full);
  }

  private free(chunk: number): void {
    this.allocatedWords -= this.chunks[chunk]!.length;
    this.chunks[chunk] = undefined;
    this.freeChunks.push(chunk);
  }
}

// One to three bytes, as they would stand in a word of zeros.
function lastWord(source: DataView, start: number, end: number): number {
  let word = 0;
  for (let at = start, shift = 0; at < end; at++, shift += 8) word |= source.getUint8(at) << shift;
  return word;
}
