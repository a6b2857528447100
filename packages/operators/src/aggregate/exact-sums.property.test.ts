import { fcOptions } from '@millrace/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExactSums } from './exact-sums.js';
import { exactSum } from './result.reference.js';
import { Superaccumulator } from './superaccumulator.js';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
// Numbers near to each other make ties and cancel out; any doubles make overflows and far exponents.
const near = fc.tuple(fc.integer(), fc.integer({ min: -60, max: 60 })).map(([digits, power]) => digits * 2 ** power);
const edges = fc.constantFrom(2 ** 53, 1, -1, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 2 ** -1022, -0);
const values = fc.array(fc.oneof(finite, near, edges), { minLength: 1, maxLength: 30 });

const column = (numbers: readonly number[]) =>
  ({ layout: 'float64', values: Float64Array.from(numbers), validity: undefined }) as const;
const summed = (numbers: readonly number[], slot = 0): ExactSums => {
  const sums = new ExactSums();
  sums.add(new Int32Array(numbers.length).fill(slot), Int32Array.from(numbers.keys()), column(numbers));
  return sums;
};
const zero = Int32Array.of(0);

describe('sums of any doubles are rounded once', () => {
  test('added one by one, in any order', () => {
    fc.assert(
      fc.property(values, (numbers) => {
        const expected = exactSum(numbers);
        expect(summed(numbers).sumOf(0)).toBe(expected);
        expect(summed([...numbers].reverse()).sumOf(0)).toBe(expected);
        expect(summed([...numbers].sort((a, b) => a - b)).sumOf(0)).toBe(expected);
      }),
      fcOptions(1000),
    );
  });

  test('merged from parts, kept and loaded in between', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), (parts) => {
        const merged = new ExactSums();
        for (const part of parts) {
          const loaded = new ExactSums();
          loaded.load(summed(part, 3).save(Int32Array.of(3)), 1);
          merged.merge(loaded, zero, zero);
        }
        expect(merged.sumOf(0)).toBe(exactSum(parts.flat()));
      }),
      fcOptions(500),
    );
  });

  test('by a superaccumulator alone', () => {
    fc.assert(
      fc.property(values, (numbers) => {
        const sum = new Superaccumulator();
        for (const value of numbers) sum.add(value);
        const kept = new Superaccumulator(sum.toBytes());
        // Sums never come out as −0.
        expect(kept.value()).toBe(exactSum(numbers));
      }),
      fcOptions(1000),
    );
  });
});

test('the rounding is ours to check: to nearest, ties to even, into the subnormal and up to infinity', () => {
  expect(exactSum([2 ** 53, 1])).toBe(2 ** 53);
  expect(exactSum([2 ** 53, 1, Number.MIN_VALUE])).toBe(2 ** 53 + 2);
  expect(exactSum([2 ** 53, 3])).toBe(2 ** 53 + 4);
  expect(exactSum([Number.MIN_VALUE, Number.MIN_VALUE])).toBe(1e-323);
  expect(exactSum([Number.MAX_VALUE, Number.MAX_VALUE])).toBe(Infinity);
  expect(exactSum([Number.MAX_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE])).toBe(Number.MAX_VALUE);
});

test('a sum that was past all doubles on the way comes back', () => {
  expect(summed([Number.MAX_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE, 1]).sumOf(0)).toBe(Number.MAX_VALUE);
});

test('more additions than the digits have room for between two carries', () => {
  const sum = new Superaccumulator();
  for (let i = 0; i < 600_000; i++) sum.add(-(2 ** 53 - 1) * 2 ** 11);
  expect(sum.value()).toBe(-Number(600_000n * (2n ** 53n - 1n) * 2n ** 11n));
});

test('slots that spilled are counted on by merging, cleared, and used again', () => {
  const sums = summed([1e300, 1, 1e-300]);
  const other = summed([-1e300, 1, 1e-300]);
  sums.merge(other, zero, zero);
  expect(sums.sumOf(0)).toBe(2);
  sums.clear(zero);
  expect([sums.isEmpty(0), sums.sumOf(0)]).toEqual([true, 0]);
  sums.add(zero, zero, column([0.5]));
  expect(sums.sumOf(0)).toBe(0.5);
});

describe('past ±2^53 by the exact sum, not by the rounded one', () => {
  test.each([
    [[2 ** 53], false],
    [[2 ** 53, 1], true],
    [[2 ** 53, 1, -1], false],
    [[-(2 ** 53)], false],
    [[-(2 ** 53), -1], true],
    [[2 ** 53, -1], false],
    [[2 ** 54, -(2 ** 53)], false],
  ])('%j: %s', (numbers, past) => {
    expect(summed(numbers).isPastWhole(0)).toBe(past);
  });
});
