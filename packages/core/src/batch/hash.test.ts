import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashBytes, hashKeys, shardOf } from './hash.js';
import { textBytes } from './text.js';

// State on disk and records between processes are found by these: they may never change.
test.each([
  ['', 2648822670],
  ['a', 1575369217],
  ['ab', 1795435291],
  ['abc', 1522843881],
  ['abcd', 666352102],
  ['abcde', 2443369416],
  ['0e1b2c3d-4f5a-6b7c-8d9e-0f1a2b3c4d5e', 1059924764],
])('the hash of %s is frozen', (text, hash) => {
  const bytes = textBytes(text);
  expect(hashBytes(bytes, 0, bytes.length) >>> 0).toBe(hash);
});

test('depends on the bytes and not on where they lie', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(9), fc.nat(9), (bytes, before, after) => {
      const around = new Uint8Array(before + bytes.length + after).fill(0xab);
      around.set(bytes, before);
      const hash = hashBytes(bytes, 0, bytes.length);
      expect(hashBytes(around, before, before + bytes.length)).toBe(hash);
      const offsets = Int32Array.of(0, before, before + bytes.length);
      const odd = new Uint8Array(new ArrayBuffer(around.length + 1), 1);
      odd.set(around);
      for (const all of [around, odd]) {
        const keys = { layout: 'bytes', offsets, bytes: all, validity: undefined } as const;
        const hashes = new Int32Array(2);
        hashKeys(keys, Int32Array.of(1, 1), hashes);
        expect(hashes).toEqual(Int32Array.of(hash, hash));
      }
    }),
  );
});

test('a zero at the end counts', () => {
  const zeros = new Uint8Array(20);
  expect(new Set(Array.from({ length: 20 }, (_, length) => hashBytes(zeros, 0, length))).size).toBe(20);
});

// 64 shards and tables of 2^14 slots, over ids as they come: counted, hexadecimal, with a common prefix or end.
test.each([
  ['counted', (i: number) => String(i)],
  ['padded', (i: number) => `user-${String(i).padStart(12, '0')}`],
  ['suffixed', (i: number) => `${i.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`],
  ['spaced', (i: number) => String(i * 4096)],
])('spreads %s keys evenly over shards and slots', (_, keyOf) => {
  const count = 16_384;
  const shards = new Float64Array(64);
  const slots = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const bytes = textBytes(keyOf(i));
    const hash = hashBytes(bytes, 0, bytes.length);
    shards[shardOf(hash)]! += 1;
    slots[hash & (count - 1)] = 1;
  }
  // 256 a shard with a deviation of 16, and 63.2 % of the slots, where the hash is as good as random.
  expect(Math.min(...shards)).toBeGreaterThan(256 - 6 * 16);
  expect(Math.max(...shards)).toBeLessThan(256 + 6 * 16);
  expect(slots.reduce((sum, used) => sum + used, 0) / count).toBeGreaterThan(0.61);
});
