import { isMillraceError } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import type { SlicingWindows } from './assigner.js';
import { isWindow } from './assigner.js';
import { hopping } from './hopping.js';
import { session } from './session.js';
import { tumbling } from './tumbling.js';

const windowOf = (windows: SlicingWindows, time: number): readonly [number, number] => {
  const end = windows.endAfter(time);
  return [windows.startOf(end), end];
};
const windowsOf = (windows: SlicingWindows, time: number): (readonly [number, number])[] => {
  const found: (readonly [number, number])[] = [];
  for (let end = windows.endAfter(time); windows.startOf(end) <= time; end = windows.endAfter(end)) {
    found.push([windows.startOf(end), end]);
  }
  return found;
};

describe('tumbling', () => {
  // CASES 1: a remainder of a negative number must not put a record into the next window.
  test.each([
    [-5001, -10_000],
    [-5000, -5000],
    [-1, -5000],
    [0, 0],
    [4999, 0],
    [5000, 5000],
  ])('of 5 s: %d is in the window from %d', (time, start) => {
    expect(windowOf(tumbling('5s'), time)).toEqual([start, start + 5000]);
  });

  test.each([
    [-5001, -8000],
    [-5000, -8000],
    [-1, -3000],
    [0, -3000],
    [4999, 2000],
  ])('of 5 s, moved by 2 s: %d is in the window from %d', (time, start) => {
    expect(windowOf(tumbling('5s', { offset: '2s' }), time)).toEqual([start, start + 5000]);
  });

  test('an offset of a size and more moves by the rest of it', () => {
    expect(tumbling('5s', { offset: '12s' }).text).toBe(tumbling('5s', { offset: '2s' }).text);
  });

  test('far from the origin, where the number of the window is beyond 32 bits', () => {
    const [start, end] = windowOf(tumbling('700ms'), 1_709_315_512_577);
    expect([start, end, start / 700]).toEqual([1_709_315_512_100, 1_709_315_512_800, 2_441_879_303]);
  });

  test('at the last instant that a Date can hold', () => {
    const next = 8_639_999_999_999_900;
    expect(windowOf(tumbling('700ms'), next - 1)).toEqual([next - 700, next]);
  });

  test('the window of 0 and of −0 starts at 0 and not at −0', () => {
    for (const windows of [tumbling('5s'), hopping('5s', '5s')]) {
      for (const time of [0, -0]) expect(Object.is(windows.sliceStart(time), 0)).toBe(true);
    }
    expect(Object.is(tumbling('5s').startOf(5000), 0)).toBe(true);
  });

  test('of 30 days', () => {
    expect(windowOf(tumbling('30d'), 0)).toEqual([0, 2_592_000_000]);
  });
});

describe('hopping', () => {
  test('a record is in every window that holds it, also below zero', () => {
    expect(windowsOf(hopping('10s', '4s'), 9000)).toEqual([
      [0, 10_000],
      [4000, 14_000],
      [8000, 18_000],
    ]);
    expect(windowsOf(hopping('10s', '5s'), -1)).toEqual([
      [-10_000, 0],
      [-5000, 5000],
    ]);
  });

  test('slices are as long as the greatest common divisor, so that no window cuts one', () => {
    const windows = hopping('10s', '4s');
    expect([windows.sliceStart(9999), windows.sliceEnd(8000)]).toEqual([8000, 10_000]);
    expect(windows.sliceStart(-1)).toBe(-2000);
  });
});

describe('session', () => {
  test('reaches one gap beyond its record, months too', () => {
    expect(session('30m').endOf(1)).toBe(1_800_001);
    expect(session('30d').endOf(0)).toBe(2_592_000_000);
  });
});

describe('equal windows have equal texts, and others have not', () => {
  test.each([
    [tumbling('1m'), tumbling('60s'), tumbling('1m', { offset: '1s' })],
    [hopping('1h', '5m'), hopping('60m', '300s'), hopping('1h', '10m')],
    [session('1m'), session('60s'), session('61s')],
  ])('%o', (a, same, other) => {
    expect(a.text).toBe(same.text);
    expect(a.text).not.toBe(other.text);
  });
});

test.each([
  ['a size of zero', () => tumbling('0s')],
  ['a size that is no duration', () => tumbling('soon')],
  ['a size without a unit', () => tumbling(5000 as never)],
  ['a negative offset', () => tumbling('5s', { offset: '-1s' })],
  ['a slide of zero', () => hopping('5s', '0s')],
  ['a slide longer than the size, between whose windows records would get lost', () => hopping('5s', '6s')],
  ['a gap of zero', () => session('0 ms')],
])('%s is refused where it is written', (_, make) => {
  let error: unknown;
  try {
    make();
  } catch (thrown) {
    error = thrown;
  }
  expect(isMillraceError(error, 'MILLRACE_OPTION_INVALID')).toBe(true);
  expect(String((error as { where?: string }).where)).toContain('window.test.ts');
});

test('what is a window', () => {
  expect([tumbling('1m'), session('1m'), {}, null, '1m'].map(isWindow)).toEqual([true, true, false, false, false]);
});
