import { expect, test } from 'vitest';
import { checkedJson, readCheckedJson } from './checked-json.js';

const value = { text: 'é\n"', list: [1, null, { a: true }] };

test('gives back what was written', () => {
  expect(readCheckedJson(checkedJson(value))).toEqual({ value, isWhole: true });
});

test('a bit that has changed anywhere, and an end that is missing, are noticed', () => {
  const bytes = checkedJson(value);
  const isWhole = (changed: Uint8Array): boolean => {
    try {
      return readCheckedJson(changed).isWhole;
    } catch {
      return false;
    }
  };
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Uint8Array.from(bytes);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(isWhole(changed)).toBe(false);
  }
  for (let length = 0; length < bytes.length; length++) expect(isWhole(bytes.subarray(0, length))).toBe(false);
});
