import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnOf } from '../batch/build.js';
import { float64, int32, nullable, utf8 } from '../schema/column-type.js';
import { isInOrder, sortedByTime, sortTies } from './sort-rows.js';

const stableSort = (times: readonly number[]): number[] =>
  times.map((_, row) => row).sort((a, b) => times[a]! - times[b]! || a - b);

describe('sortedByTime', () => {
  test.each([
    ['nothing', []],
    ['one row', [5]],
    ['rows in order', [1, 1, 2, 3]],
    ['rows close together', [3, 1, 2, 1, -5, 3]],
    ['far apart', [8.64e15, -8.64e15, 0, 5]],
    ['parts of a millisecond', [1.5, 1.25, 1.75, 1]],
    ['below zero', [-1, -5001, -5000, -1]],
  ])('sorts %s', (_, times) => {
    expect([...sortedByTime(Float64Array.from(times), times.length)]).toEqual(stableSort(times));
  });

  test('is a stable sort of any times', () => {
    const times = fc.oneof(
      fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 200 }),
      fc.array(fc.integer({ min: -8.64e15, max: 8.64e15 }), { maxLength: 50 }),
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 50 }),
    );
    fc.assert(
      fc.property(times, (list) => {
        expect([...sortedByTime(Float64Array.from(list), list.length)]).toEqual(stableSort(list));
      }),
    );
  });

  test('looks at the first rows only', () => {
    expect([...sortedByTime(Float64Array.of(3, 2, 1), 2)]).toEqual([1, 0]);
  });
});

describe('sortTies', () => {
  test('orders rows of one time and leaves the others', () => {
    const rank = [0, 9, 8, 7, 3, 2];
    const rows = Int32Array.of(0, 1, 2, 3, 4, 5);
    sortTies(Float64Array.of(1, 2, 2, 2, 3, 4), rows, (a, b) => rank[a]! - rank[b]!);
    expect([...rows]).toEqual([0, 3, 2, 1, 4, 5]);
  });
});

describe('isInOrder', () => {
  const sources = columnOf(utf8, ['s', 's', 's', 's']);
  const partitions = columnOf(int32, [1, 1, 1, 1]);
  const rows = Int32Array.of(0, 1, 3);

  test('sees a run of one partition', () => {
    expect(isInOrder([sources, partitions, columnOf(float64, [1, 2, 0, 3])], rows)).toBe(true);
    expect(isInOrder([sources, partitions, columnOf(float64, [1, 2, 0, 0])], rows)).toBe(false);
  });

  test('sees rows of several partitions', () => {
    const offsets = columnOf(float64, [7, 8, 0, 1]);
    expect(isInOrder([sources, columnOf(int32, [1, 1, 9, 2]), offsets], rows)).toBe(true);
    expect(isInOrder([sources, columnOf(int32, [1, 2, 9, 1]), offsets], rows)).toBe(false);
  });

  test('puts null first', () => {
    expect(isInOrder([columnOf(nullable(utf8), [null, 'a', null, 'b'])], rows)).toBe(true);
    expect(isInOrder([columnOf(nullable(int32), [1, null, null, 2])], rows)).toBe(false);
  });

  test('says nothing of rows without an order', () => {
    expect(isInOrder([], rows)).toBe(false);
    expect(isInOrder([], rows.subarray(0, 1))).toBe(true);
  });
});
