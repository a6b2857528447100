import type { BytesColumn } from '@millrace/core/operate';
import { fixedWords } from './fixed-words.js';

// Open addressing over pairs [hash, entry + 1] beside each other, at most half full. The ids themselves and when they were kept
// stand in chunks, so that growing copies no id. A batch is hashed first and its slots are touched, which brings them into
// the cache many at a time; only then is it probed.

const wordsPerId = 9;
const chunkBits = 16;
const chunkIds = 1 << chunkBits;

/** Remembers when ids of 36 bytes were kept. */
export interface IdTable {
  /** Narrows the first `count` of `rows` to those whose id was not kept less than `withinMs` before; gives their number. */
  keepNew(ids: BytesColumn, times: Float64Array, rows: Int32Array, count: number): number;
}

export function idTable(withinMs: number): IdTable {
  let slots: Int32Array = new Int32Array(2 << 16);
  let mask = (slots.length >> 1) - 1;
  let entries = 0;
  // Read by nobody: it keeps the loads of the touching pass in the program.
  let _touched = 0;
  const idChunks: Int32Array[] = [];
  const timeChunks: Float64Array[] = [];
  let hashes = new Int32Array(0);

  return {
    keepNew(ids, times, rows, count) {
      const length = ids.offsets.length - 1;
      const words = fixedWords(ids, length, wordsPerId * 4);
      if (hashes.length < length) hashes = new Int32Array(length);
      while ((entries + count) * 4 > slots.length) {
        slots = grownSlots(slots);
        mask = (slots.length >> 1) - 1;
      }
      for (let i = 0; i < count; i++) hashes[i] = hashAt(words, rows[i]! * wordsPerId);
      for (let i = 0; i < count; i++) _touched ^= slots[(hashes[i]! & mask) << 1]!;
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const row = rows[i]!;
        const hash = hashes[i]!;
        const time = times[row]!;
        let slot = hash & mask;
        for (;;) {
          const entry = slots[2 * slot + 1]! - 1;
          if (entry < 0) {
            slots[2 * slot] = hash;
            slots[2 * slot + 1] = entries + 1;
            append(words, row, time);
            rows[kept++] = row;
            break;
          }
          const chunk = entry >> chunkBits;
          const place = entry & (chunkIds - 1);
          if (slots[2 * slot] === hash && isSame(words, row, idChunks[chunk]!, place)) {
            const keptTimes = timeChunks[chunk]!;
            if (time - keptTimes[place]! >= withinMs) {
              keptTimes[place] = time;
              rows[kept++] = row;
            }
            break;
          }
          slot = (slot + 1) & mask;
        }
      }
      return kept;
    },
  };

  function append(words: Int32Array, row: number, time: number): void {
    const chunk = entries >> chunkBits;
    const place = entries & (chunkIds - 1);
    if (place === 0) {
      idChunks.push(new Int32Array(chunkIds * wordsPerId));
      timeChunks.push(new Float64Array(chunkIds));
    }
    const into = idChunks[chunk]!;
    const from = row * wordsPerId;
    const to = place * wordsPerId;
    for (let word = 0; word < wordsPerId; word++) into[to + word] = words[from + word]!;
    timeChunks[chunk]![place] = time;
    entries++;
  }
}

function isSame(words: Int32Array, row: number, ids: Int32Array, place: number): boolean {
  const a = row * wordsPerId;
  const b = place * wordsPerId;
  for (let word = 0; word < wordsPerId; word++) if (words[a + word] !== ids[b + word]) return false;
  return true;
}

// In the order of slots: what is near stays near.
function grownSlots(old: Int32Array): Int32Array {
  const slots = new Int32Array(old.length * 2);
  const mask = (slots.length >> 1) - 1;
  for (let from = 0; from < old.length; from += 2) {
    if (old[from + 1] === 0) continue;
    let slot = old[from]! & mask;
    while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    slots[2 * slot] = old[from]!;
    slots[2 * slot + 1] = old[from + 1]!;
  }
  return slots;
}

// Three lanes of three words each, whose multiplications do not wait for one another.
function hashAt(words: Int32Array, at: number): number {
  let a = Math.imul(words[at]!, 0x9e3779b1);
  let b = Math.imul(words[at + 1]!, 0x85ebca6b);
  let c = Math.imul(words[at + 2]!, 0xc2b2ae35);
  a = Math.imul(((a << 13) | (a >>> 19)) ^ words[at + 3]!, 0x9e3779b1);
  b = Math.imul(((b << 13) | (b >>> 19)) ^ words[at + 4]!, 0x85ebca6b);
  c = Math.imul(((c << 13) | (c >>> 19)) ^ words[at + 5]!, 0xc2b2ae35);
  a = Math.imul(((a << 13) | (a >>> 19)) ^ words[at + 6]!, 0x9e3779b1);
  b = Math.imul(((b << 13) | (b >>> 19)) ^ words[at + 7]!, 0x85ebca6b);
  c = Math.imul(((c << 13) | (c >>> 19)) ^ words[at + 8]!, 0xc2b2ae35);
  let hash = a ^ ((b << 11) | (b >>> 21)) ^ ((c << 22) | (c >>> 10));
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
