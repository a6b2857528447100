import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryType, arbitraryValue } from '../testing/arbitrary.test.js';
import { otherLayout } from '../testing/other-layout.test.js';
import { columnOf } from './build.js';
import { compareOrder } from './compare.js';
import { rankBytes } from './rank-bytes.js';

const times = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true }));
const ranked = fc.array(arbitraryType, { minLength: 1, maxLength: 3 }).chain((types) =>
  fc.record({
    types: fc.constant(types),
    rows: fc.array(fc.tuple(times, ...types.map(arbitraryValue)), { minLength: 2, maxLength: 12 }),
  }),
);

describe('rank bytes', () => {
  test('compare as time and order do, in any layout', () => {
    fc.assert(
      fc.property(ranked, ({ types, rows }) => {
        const time = Float64Array.from(rows, ([at]) => at);
        const order = types.map((type, i) => columnOf(type, rows.map((row) => row[i + 1]))); // prettier-ignore
        const all = Int32Array.from(rows.keys());
        const ranks = rankBytes(time, order, all);
        const others = rankBytes(time, order.map(otherLayout), all);
        for (let a = 0; a < rows.length; a++) {
          for (let b = 0; b < rows.length; b++) {
            // Not by their difference: two infinities have none.
            const byTime = time[a]! < time[b]! ? -1 : time[a]! > time[b]! ? 1 : 0;
            const expected = byTime !== 0 ? byTime : Math.sign(compareOrder(order, a, order, b));
            expect(Math.sign(Buffer.compare(ranks[a]!, others[b]!))).toEqual(expected);
          }
        }
      }),
    );
  });
});
