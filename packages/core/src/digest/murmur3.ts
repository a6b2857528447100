// MurmurHash3 x86_128 (Austin Appleby, public domain), over words of 32 bits instead of bytes. Bytes behind the end of
// the last word must be zero: the tail of the original reads them as if they were.

const c1 = 0x239b961b;
const c2 = 0xab0e9789 | 0;
const c3 = 0x38b34ae5;
const c4 = 0xa1e38b93 | 0;

/** The four lanes of a hash under way, and the bytes that went into it: a multiple of 16. */
export interface MurmurState {
  readonly lanes: Int32Array;
  readonly byteLength: number;
}

/** The state before the first byte. */
export function murmurStart(seed: number): MurmurState {
  return { lanes: new Int32Array(4).fill(seed), byteLength: 0 };
}

/** The state after `byteLength` more bytes, which must be a multiple of 16. */
export function murmurAbsorb(state: MurmurState, words: Int32Array, byteLength: number): MurmurState {
  const lanes = Int32Array.from(state.lanes);
  absorbBlocks(lanes, words, byteLength >> 4);
  return { lanes, byteLength: state.byteLength + byteLength };
}

const lanes = new Int32Array(4);

/** Writes the hash of what `state` has seen and `byteLength` bytes of `words` to `out[at]` … `out[at + 3]`. */
export function murmurFinish(
  state: MurmurState,
  words: Int32Array,
  byteLength: number,
  out: Uint32Array,
  at: number,
): void {
  lanes.set(state.lanes);
  const blocks = byteLength >> 4;
  absorbBlocks(lanes, words, blocks);
  let h1 = lanes[0]!;
  let h2 = lanes[1]!;
  let h3 = lanes[2]!;
  let h4 = lanes[3]!;
  const tailWords = ((byteLength & 15) + 3) >> 2;
  if (tailWords > 3) h4 ^= Math.imul(rotated(Math.imul(words[blocks * 4 + 3]!, c4), 18), c1);
  if (tailWords > 2) h3 ^= Math.imul(rotated(Math.imul(words[blocks * 4 + 2]!, c3), 17), c4);
  if (tailWords > 1) h2 ^= Math.imul(rotated(Math.imul(words[blocks * 4 + 1]!, c2), 16), c3);
  if (tailWords > 0) h1 ^= Math.imul(rotated(Math.imul(words[blocks * 4]!, c1), 15), c2);

  const length = state.byteLength + byteLength;
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = finalMix(h1);
  h2 = finalMix(h2);
  h3 = finalMix(h3);
  h4 = finalMix(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  out[at] = h1;
  out[at + 1] = h2 + h1;
  out[at + 2] = h3 + h1;
  out[at + 3] = h4 + h1;
}

function absorbBlocks(state: Int32Array, words: Int32Array, blocks: number): void {
  let h1 = state[0]!;
  let h2 = state[1]!;
  let h3 = state[2]!;
  let h4 = state[3]!;
  for (let at = 0, end = blocks * 4; at < end; at += 4) {
    h1 ^= Math.imul(rotated(Math.imul(words[at]!, c1), 15), c2);
    h1 = (Math.imul((rotated(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotated(Math.imul(words[at + 1]!, c2), 16), c3);
    h2 = (Math.imul((rotated(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotated(Math.imul(words[at + 2]!, c3), 17), c4);
    h3 = (Math.imul((rotated(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotated(Math.imul(words[at + 3]!, c4), 18), c1);
    h4 = (Math.imul((rotated(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  state[0] = h1;
  state[1] = h2;
  state[2] = h3;
  state[3] = h4;
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
