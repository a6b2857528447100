import { decimal, nullable } from '@millrace/core';
import { bareBatch, columnOf, valueAt, type Batch, type Column } from '@millrace/core/operate';
import { fcOptions } from '@millrace/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecimalSums } from './decimal-sums.js';
import { decimalSum } from './result.reference.js';

const scale = 2;
const type = nullable(decimal(38, scale));
const most = `${'9'.repeat(36)}.99`;

const unscaled = fc.oneof(
  fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
  fc.bigInt({ min: -300n, max: 300n }),
  // On both sides of where one word, or what is written as words, ends.
  fc
    .tuple(fc.constantFrom(32n, 63n, 64n, 96n, 125n, 126n), fc.bigInt({ min: -2n, max: 2n }), fc.boolean())
    .map(([bits, apart, negative]) => (2n ** bits + apart) * (negative ? -1n : 1n)),
);
const text = (value: bigint): string => {
  const digits = String(value < 0n ? -value : value).padStart(3, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};
const values = fc.array(fc.option(unscaled.map(text), { freq: 5 }), { maxLength: 12 });

const batchOf = (column: Column, length: number): Batch => bareBatch({ price: column }, length);
function summed(prices: readonly (string | null)[], slot = 0): DecimalSums {
  const sums = new DecimalSums('price', type);
  sums.grow(slot + 1);
  const batch = batchOf(columnOf(type, prices), prices.length);
  sums.update(new Int32Array(prices.length).fill(slot), Int32Array.from(prices.keys()), batch);
  return sums;
}
const zero = Int32Array.of(0);
const tooLong = (_: number, limit: string): never => {
  throw new RangeError(limit);
};
/** The sum as a row gives it, or the limit that it is past. */
function sumOf(sums: DecimalSums, slot = 0): unknown {
  try {
    return valueAt(type, sums.result(Int32Array.of(slot), tooLong), 0);
  } catch (error) {
    return (error as Error).message;
  }
}
function expected(prices: readonly (string | null)[]): unknown {
  try {
    return decimalSum(prices.filter((price) => price !== null), scale); // prettier-ignore
  } catch {
    return '38 digits';
  }
}

describe('sums of any decimals are exact, or refused past 38 digits', () => {
  test('added one by one, in any order', () => {
    fc.assert(
      fc.property(values, (prices) => {
        expect(sumOf(summed(prices))).toBe(expected(prices));
        expect(sumOf(summed([...prices].reverse()))).toBe(expected(prices));
      }),
      fcOptions(1000),
    );
  });

  test('merged from parts, kept and loaded in between', () => {
    fc.assert(
      fc.property(fc.array(values, { maxLength: 5 }), (parts) => {
        const merged = new DecimalSums('price', type);
        for (const part of parts) {
          const loaded = new DecimalSums('price', type);
          loaded.load(summed(part, 3).save(Int32Array.of(3)), 1);
          merged.merge(loaded, zero, zero);
          expect(sumOf(loaded)).toBe(expected(part));
        }
        expect(sumOf(merged)).toBe(expected(parts.flat()));
      }),
      fcOptions(500),
    );
  });
});

test('a sum that was past 38 digits on the way comes back, also through state', () => {
  const sums = summed([most, most, most]);
  expect(sumOf(sums)).toBe('38 digits');
  const loaded = new DecimalSums('price', type);
  loaded.load(sums.save(zero), 1);
  loaded.merge(summed([`-${most}`, `-${most}`, '0.00']), zero, zero);
  expect(sumOf(loaded)).toBe(most);
});

test('the limit is that of the digits, not of the bits', () => {
  expect(sumOf(summed([most, '0.01']))).toBe('38 digits');
  expect(sumOf(summed([`-${most}`, '-0.01']))).toBe('38 digits');
  expect(sumOf(summed([most, '0.01', '-0.01']))).toBe(most);
});

test('of nothing but nulls it is null, and of zeros 0', () => {
  expect(sumOf(summed([null, null]))).toBe(null);
  expect(sumOf(summed([null, '0.00']))).toBe('0.00');
});

test('more additions than a digit has room for between two carries', () => {
  // Every word but the last is 2^32 − 1, so that the digits are full after 2^21 of them.
  const value = 2n ** 96n - 1n;
  const rows = 2 ** 21 + 5;
  const sums = new DecimalSums('price', type);
  sums.update(new Int32Array(rows), new Int32Array(rows), batchOf(columnOf(type, [text(value)]), 1));
  expect(sumOf(sums)).toBe(text(value * BigInt(rows)));
});

test('many slots, more than there was room for at first, cleared and used again', () => {
  const sums = new DecimalSums('price', type);
  const slots = Int32Array.from({ length: 1000 }, (_, slot) => slot);
  sums.grow(1000);
  const prices = Array.from(slots, (slot) => text(BigInt(slot - 500)));
  sums.update(slots, slots, batchOf(columnOf(type, prices), 1000));
  expect(Array.from(slots, (slot) => sumOf(sums, slot))).toEqual(prices);
  sums.clear(Int32Array.of(999));
  expect(sumOf(sums, 999)).toBe(null);
  sums.update(Int32Array.of(999), zero, batchOf(columnOf(type, ['0.30']), 1));
  expect([sumOf(sums, 999), sumOf(sums, 998)]).toEqual(['0.30', '4.98']);
});
