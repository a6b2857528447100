import type { BytesColumn } from './column.js';

/**
 * A 32-bit hash of a run of bytes, the same on every machine: state and exchanges of one run are read by others.
 *
 * Words of four bytes, little-endian, go through multiply lanes; the length and the last bytes follow, then a mixer.
 */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = step(hash, bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
  }
  let rest = 0;
  for (let shift = 0; at < end; at++, shift += 8) rest |= bytes[at]! << shift;
  return mixed(step(hash, rest));
}

/** The hashes of the given rows: `hashes[i]` is that of `rows[i]`. */
export function hashKeys(keys: BytesColumn, rows: Int32Array): Uint32Array {
  const hashes = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    hashes[i] = hashBytes(keys.bytes, keys.offsets[row]!, keys.offsets[row + 1]!);
  }
  return hashes;
}

/** The key group of a hash behind an exchange: 0 to 63. Its upper bits, since tables find their slot by the lower ones. */
export function shardOf(hash: number): number {
  return hash >>> 26;
}

function step(hash: number, word: number): number {
  const h = Math.imul(hash ^ word, 0x9e3779b1);
  return h ^ (h >>> 15);
}

function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
