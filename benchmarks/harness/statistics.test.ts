import { describe, expect, test } from 'vitest';
import { median, ratioOfMedians } from './statistics.js';

describe('median', () => {
  test.each([
    [[7], 7],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100, 2, 1], 9],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });
});

describe('ratioOfMedians', () => {
  test('has no width where samples do not vary', () => {
    expect(ratioOfMedians([6, 6, 6], [2, 2, 2])).toEqual({ value: 3, low: 3, high: 3 });
  });

  test('may be anything where there are too few samples', () => {
    expect(ratioOfMedians([6, 6], [2, 2, 2])).toEqual({ value: 3, low: 0, high: Infinity });
    expect(ratioOfMedians([6, 6, 6], [2])).toEqual({ value: 3, low: 0, high: Infinity });
  });

  test('of three samples each is bounded by their extremes', () => {
    // 95 % leave 2.5 % on each side, and all draws are the smallest value with a chance of 7/27 (the median of three).
    expect(ratioOfMedians([10, 20, 40], [1, 1, 1])).toEqual({ value: 20, low: 10, high: 40 });
    expect(ratioOfMedians([40, 40, 40], [1, 2, 4])).toEqual({ value: 20, low: 10, high: 40 });
  });

  test('of many samples is about as wide as the order statistics of the median say', () => {
    // Of 1 to 101 the median is 51; with 95 % it lies between the order statistics 51 ± 1.96 · √101 / 2, about 41 and 61.
    const values = Array.from({ length: 101 }, (_, i) => i + 1);
    const { value, low, high } = ratioOfMedians(values, [1, 1, 1]);
    expect(value).toBe(51);
    expect(low).toBeGreaterThanOrEqual(39);
    expect(low).toBeLessThanOrEqual(43);
    expect(high).toBeGreaterThanOrEqual(59);
    expect(high).toBeLessThanOrEqual(63);
  });

  test('spans 1 where two engines are alike, and is the same every time', () => {
    const ratio = ratioOfMedians([10, 11, 9, 10, 12], [10, 9, 11, 10, 8]);
    expect(ratio.low).toBeLessThan(1);
    expect(ratio.high).toBeGreaterThan(1);
    expect(ratioOfMedians([10, 11, 9, 10, 12], [10, 9, 11, 10, 8])).toEqual(ratio);
  });
});
