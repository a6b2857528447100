import type { BytesColumn } from './column.js';
import { grown } from './grow.js';
import { hashBytes } from './hash.js';

/**
 * Distinct byte strings, numbered in the order in which they were first seen.
 *
 * Entries are only ever added: an array that was handed out by `entries` is never written again, so that columns may
 * share it while the table grows.
 */
export interface EntryTable {
  readonly size: number;
  /** The bytes of all entries. */
  readonly bytes: number;
  /** The number of an entry, which is added where it is new. */
  codeOf(bytes: Uint8Array, start: number, end: number): number;
  /** All entries so far; the same object until one is added. */
  entries(): BytesColumn;
}

/** An empty table of distinct byte strings. */
export function entryTable(): EntryTable {
  let slots = new Int32Array(64); // entry + 1, found by hash; 0 = free
  let hashes = new Int32Array(64);
  let offsets = new Int32Array(65);
  let bytes = new Uint8Array(512);
  let size = 0;
  let column: BytesColumn | undefined;

  const rehash = (): void => {
    slots = new Int32Array(slots.length * 2);
    const mask = slots.length - 1;
    for (let entry = 0; entry < size; entry++) {
      let slot = hashes[entry]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry + 1;
    }
  };
  const add = (source: Uint8Array, start: number, end: number, hash: number): number => {
    const from = offsets[size]!;
    const to = from + end - start;
    bytes = grown(bytes, to);
    offsets = grown(offsets, size + 2);
    hashes = grown(hashes, size + 1);
    for (let i = start, at = from; i < end; i++, at++) bytes[at] = source[i]!;
    offsets[size + 1] = to;
    hashes[size] = hash;
    column = undefined;
    return size++;
  };
  return {
    get size() {
      return size;
    },
    get bytes() {
      return offsets[size]!;
    },
    codeOf(source, start, end) {
      const hash = hashBytes(source, start, end) | 0;
      const mask = slots.length - 1;
      let slot = hash & mask;
      for (let entry = slots[slot]!; entry !== 0; entry = slots[slot]!) {
        if (hashes[entry - 1] === hash && equalBytes(bytes, offsets[entry - 1]!, offsets[entry]!, source, start, end)) {
          return entry - 1;
        }
        slot = (slot + 1) & mask;
      }
      slots[slot] = size + 1;
      const code = add(source, start, end, hash);
      if (size * 2 > slots.length) rehash();
      return code;
    },
    entries() {
      column ??= {
        layout: 'bytes',
        offsets: offsets.subarray(0, size + 1),
        bytes: bytes.subarray(0, offsets[size]),
        validity: undefined,
      };
      return column;
    },
  };
}

function equalBytes(a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number, bEnd: number): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let i = aStart, j = bStart; i < aEnd; i++, j++) if (a[i] !== b[j]) return false;
  return true;
}
