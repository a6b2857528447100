// MurmurHash3 x86_128 (Austin Appleby, public domain), over words of 32 bits instead of bytes: the last word of what is
// hashed holds zeros behind its last byte, as the tail of the original reads it.

const c1 = 0x239b961b;
const c2 = 0xab0e9789 | 0;
const c3 = 0x38b34ae5;
const c4 = 0xa1e38b93 | 0;

/** The four lanes of a hash under way, and the bytes that went into it: a multiple of 16. */
export interface MurmurState {
  readonly h1: number;
  readonly h2: number;
  readonly h3: number;
  readonly h4: number;
  readonly byteLength: number;
}

/** The state before the first byte. */
export function murmurStart(seed: number): MurmurState {
  return { h1: seed, h2: seed, h3: seed, h4: seed, byteLength: 0 };
}

const lanes = new Int32Array(4);

/** The state after these words more: a multiple of four. */
export function murmurAbsorb(state: MurmurState, words: Int32Array): MurmurState {
  absorbBlocks(state, words, 0, words.length);
  const [h1, h2, h3, h4] = lanes as unknown as [number, number, number, number];
  return { h1, h2, h3, h4, byteLength: state.byteLength + words.length * 4 };
}

/**
 * Writes the hash of what `state` has seen and of words `start` to `end` to `out[at]` … `out[at + 3]`. `padding` bytes
 * at the end of the last word do not count.
 */
export function murmurFinish(
  state: MurmurState,
  words: Int32Array,
  start: number,
  end: number,
  out: Uint32Array,
  at: number,
  padding = 0,
): void {
  const byteLength = (end - start) * 4 - padding;
  const tail = start + (byteLength >> 4) * 4;
  absorbBlocks(state, words, start, tail);
  let h1 = lanes[0]!;
  let h2 = lanes[1]!;
  let h3 = lanes[2]!;
  let h4 = lanes[3]!;
  if (tail + 3 < end) h4 ^= Math.imul(rotated(Math.imul(words[tail + 3]!, c4), 18), c1);
  if (tail + 2 < end) h3 ^= Math.imul(rotated(Math.imul(words[tail + 2]!, c3), 17), c4);
  if (tail + 1 < end) h2 ^= Math.imul(rotated(Math.imul(words[tail + 1]!, c2), 16), c3);
  if (tail < end) h1 ^= Math.imul(rotated(Math.imul(words[tail]!, c1), 15), c2);

  const length = state.byteLength + byteLength;
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = finalMix((h2 + h1) | 0);
  h3 = finalMix((h3 + h1) | 0);
  h4 = finalMix((h4 + h1) | 0);
  h1 = finalMix(h1);
  h1 = (h1 + h2 + h3 + h4) | 0;
  out[at] = h1;
  out[at + 1] = h2 + h1;
  out[at + 2] = h3 + h1;
  out[at + 3] = h4 + h1;
}

/** Leaves the lanes after the blocks from `start` to `end` in `lanes`. */
function absorbBlocks(state: MurmurState, words: Int32Array, start: number, end: number): void {
  let { h1, h2, h3, h4 } = state;
  for (let at = start; at < end; at += 4) {
    h1 ^= Math.imul(rotated(Math.imul(words[at]!, c1), 15), c2);
    h1 = (Math.imul((rotated(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotated(Math.imul(words[at + 1]!, c2), 16), c3);
    h2 = (Math.imul((rotated(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotated(Math.imul(words[at + 2]!, c3), 17), c4);
    h3 = (Math.imul((rotated(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotated(Math.imul(words[at + 3]!, c4), 18), c1);
    h4 = (Math.imul((rotated(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  lanes[0] = h1;
  lanes[1] = h2;
  lanes[2] = h3;
  lanes[3] = h4;
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function finalMix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
