import { expect, test } from 'vitest';
import { murmurAbsorb, murmurFinish, murmurStart } from './murmur3.js';

const utf8 = new TextEncoder();

test('public vectors', () => {
  expect(hex(utf8.encode("I will not buy this tobacconist's, it is scratched."), 0)).toBe(
    '9b5b7ba2ef3f7866889adeaf00f3f98e',
  );
  expect(hex(new Uint8Array(0), 0)).toBe('00000000000000000000000000000000');
});

// SMHasher's own verification: the hash of the hashes of 0, 01, 0102 … with seeds 256 down to 1.
test("SMHasher's verification value", () => {
  const hashes = new Uint8Array(256 * 16);
  for (let i = 0; i < 256; i++) {
    hashes.set(littleEndian(hashed(Uint8Array.from({ length: i }, (_, at) => at), 256 - i)), i * 16); // prettier-ignore
  }
  expect(hashed(hashes, 0)[0]).toBe(0xb3ece62a);
});

test('a hash can go on from a state', () => {
  const bytes = Uint8Array.from({ length: 75 }, (_, i) => (i * 37) & 0xff);
  const state = murmurAbsorb(murmurStart(7), wordsOf(bytes.subarray(0, 32)));
  const out = new Uint32Array(4);
  murmurFinish(state, wordsOf(bytes.subarray(32)), 0, 11, out, 0, 1);
  expect(out).toEqual(hashed(bytes, 7));
});

function hashed(bytes: Uint8Array, seed: number): Uint32Array {
  const out = new Uint32Array(4);
  const words = wordsOf(bytes);
  murmurFinish(murmurStart(seed), words, 0, words.length, out, 0, words.length * 4 - bytes.length);
  return out;
}

function wordsOf(bytes: Uint8Array): Int32Array {
  const padded = new Uint8Array((bytes.length + 3) & ~3);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  return Int32Array.from({ length: padded.length / 4 }, (_, i) => view.getInt32(i * 4, true));
}

function littleEndian(words: Uint32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  words.forEach((word, i) => view.setUint32(i * 4, word, true));
  return new Uint8Array(view.buffer);
}

function hex(bytes: Uint8Array, seed: number): string {
  return Array.from(hashed(bytes, seed), (word) => word.toString(16).padStart(8, '0')).join('');
}
