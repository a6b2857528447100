import type { BytesColumn } from './column.js';

// The hash of keys: three multiply lanes over words of 32 bits, little-endian, so that the multiplications of one do not
// wait for those of another; then the lanes and the length through the finaliser of MurmurHash3. A rotation comes before
// each word, since a multiplication alone never carries a difference downwards.
//
// Frozen: exchanges and state on disk are found by it.

const c1 = 0x9e3779b1 | 0;
const c2 = 0x85ebca6b | 0;
const c3 = 0xc2b2ae35 | 0;

/**
 * A 32-bit hash (signed) of a run of bytes, the same on every machine. For many of them `hashKeys` is twice as fast.
 */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let h1 = c1;
  let h2 = c2;
  let h3 = c3;
  let at = start;
  for (; at + 12 <= end; at += 12) {
    h1 = step(h1, wordAt(bytes, at), c1);
    h2 = step(h2, wordAt(bytes, at + 4), c2);
    h3 = step(h3, wordAt(bytes, at + 8), c3);
  }
  return finished(h1, h2, h3, bytes, at, start, end);
}

/** Writes the hashes of the given rows (as signed words) to `hashes`: `hashes[i]` is that of `rows[i]`. */
export function hashKeys({ bytes, offsets }: BytesColumn, rows: Int32Array, hashes: Int32Array): void {
  // Reads a word in one load, aligned or not.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const start = offsets[row]!;
    const end = offsets[row + 1]!;
    let h1 = c1;
    let h2 = c2;
    let h3 = c3;
    let at = start;
    for (; at + 12 <= end; at += 12) {
      h1 = step(h1, view.getInt32(at, true), c1);
      h2 = step(h2, view.getInt32(at + 4, true), c2);
      h3 = step(h3, view.getInt32(at + 8, true), c3);
    }
    hashes[i] = finished(h1, h2, h3, bytes, at, start, end);
  }
}

/** The key group of a hash behind an exchange: 0 to 63. Its upper bits, since tables find their slot by the lower ones. */
export function shardOf(hash: number): number {
  return hash >>> 26;
}

function finished(
  lane1: number,
  lane2: number,
  lane3: number,
  bytes: Uint8Array,
  tail: number,
  start: number,
  end: number,
): number {
  let h1 = lane1;
  let h2 = lane2;
  let h3 = lane3;
  let at = tail;
  if (at + 4 <= end) {
    h1 = step(h1, wordAt(bytes, at), c1);
    at += 4;
  }
  if (at + 4 <= end) {
    h2 = step(h2, wordAt(bytes, at), c2);
    at += 4;
  }
  if (at < end) {
    let rest = 0;
    for (let shift = 0; at < end; at++, shift += 8) rest |= bytes[at]! << shift;
    h3 = step(h3, rest, c3);
  }
  let h = step(step(Math.imul(h1 ^ (end - start), c2), h2, c3), h3, c1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  // Signed: an unsigned word is no small integer to the engine, and every call would make an object.
  return h ^ (h >>> 16);
}

function step(lane: number, word: number, factor: number): number {
  return Math.imul(((lane << 13) | (lane >>> 19)) ^ word, factor);
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
