import { expect, test } from 'vitest';
import type { DecimalColumn } from './column.js';
import { decimalText, parseDecimal, setUnscaled, unscaledAt } from './decimal.js';

test.each([
  ['11.80', 10, 2, 1180n],
  ['11.8', 10, 2, 1180n],
  ['-0.01', 3, 2, -1n],
  ['+5', 1, 0, 5n],
  ['.5', 1, 1, 5n],
  ['5.', 1, 0, 5n],
  ['0', 1, 1, 0n],
  ['-0', 1, 0, 0n],
  ['007', 1, 0, 7n],
  ['1.5000', 2, 1, 15n],
  ['99999999999999999999999999999999999999', 38, 0, 10n ** 38n - 1n],
])('%s is %d digits, %d behind the point', (text, precision, scale, unscaled) => {
  expect(parseDecimal(text, precision, scale)).toBe(unscaled);
});

test.each([
  ['', 5, 2],
  ['.', 5, 2],
  ['-', 5, 2],
  ['1e3', 5, 2],
  ['1,5', 5, 2],
  [' 1', 5, 2],
  ['NaN', 5, 2],
  ['1.234', 5, 2],
  ['1000', 5, 2],
  ['100000000000000000000000000000000000000', 38, 0],
])('%s fits no decimal(%d, %d)', (text, precision, scale) => {
  expect(parseDecimal(text, precision, scale)).toBeUndefined();
});

test.each([
  [1180n, 2, '11.80'],
  [-1n, 2, '-0.01'],
  [0n, 0, '0'],
  [-15n, 0, '-15'],
  [-(10n ** 38n) + 1n, 38, '-0.99999999999999999999999999999999999999'],
])('%s at scale %d is %s', (unscaled, scale, text) => {
  expect(decimalText(unscaled, scale)).toBe(text);
});

test('two words hold it', () => {
  const values = new BigInt64Array(4);
  for (const unscaled of [0n, -1n, 2n ** 63n, -(2n ** 64n), 10n ** 38n - 1n, -(10n ** 38n) + 1n]) {
    setUnscaled(values, 1, unscaled);
    const column: DecimalColumn = { layout: 'decimal', values, validity: undefined };
    expect(unscaledAt(column, 1)).toBe(unscaled);
    expect(unscaledAt(column, 0)).toBe(0n);
  }
});
