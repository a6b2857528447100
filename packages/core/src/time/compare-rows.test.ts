import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnOf } from '../batch/build.js';
import { compareOrder } from '../batch/compare.js';
import type { ReferenceRow } from '../plan/reference.js';
import { bool, decimal, float64, int64, list, nullable, struct, timestamp, utf8 } from '../schema/column-type.js';
import { rowComparator } from './compare-rows.js';

const row = (time: number | undefined, ...order: unknown[]): ReferenceRow => ({
  time,
  order,
  row: {},
  record: undefined,
});

describe('rowComparator', () => {
  test.each([
    ['time first', [float64], row(1, 9), row(2, 0)],
    ['no time before any', [float64], row(undefined, 9), row(-5, 0)],
    ['null first', [nullable(utf8)], row(1, null), row(1, '')],
    ['UTF-8 bytes, not UTF-16 units', [utf8], row(1, '\uffff'), row(1, '\u{10000}')],
    ['NaN above all', [float64], row(1, Infinity), row(1, NaN)],
    ['decimals by value', [decimal(4, 2)], row(1, '9.00'), row(1, '10.00')],
    ['negative decimals', [decimal(4, 2)], row(1, '-0.50'), row(1, '-0.05')],
    ['whole numbers of 64 bits', [int64], row(1, 2n ** 53n), row(1, 2n ** 53n + 1n)],
    ['false before true', [bool], row(1, false), row(1, true)],
    ['times as dates', [timestamp], row(1, new Date(1)), row(1, new Date(2))],
    ['the shorter list', [list(float64)], row(1, [1]), row(1, [1, 0])],
    ['members in turn', [struct({ a: float64, b: utf8 })], row(1, { a: 1, b: 'x' }), row(1, { a: 1, b: 'y' })],
  ])('%s', (_, types, first, second) => {
    const compare = rowComparator(types);
    expect(compare(first, second)).toBeLessThan(0);
    expect(compare(second, first)).toBeGreaterThan(0);
    expect(compare(first, first)).toBe(0);
  });

  test('−0 is 0', () => {
    expect(rowComparator([float64])(row(0, -0), row(-0, 0))).toBe(0);
  });

  test('agrees with the columns', () => {
    const values = fc.tuple(fc.option(fc.string({ unit: 'binary' })), fc.double());
    fc.assert(
      fc.property(values, values, (a, b) => {
        const types = [nullable(utf8), float64];
        const columns = types.map((type, i) => columnOf(type, [a[i], b[i]]));
        const expected = Math.sign(compareOrder(columns, 0, columns, 1));
        expect(Math.sign(rowComparator(types)(row(0, ...a), row(0, ...b)))).toBe(expected);
      }),
    );
  });
});
