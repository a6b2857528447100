import { expect, test } from 'vitest';
import { hopping } from '../window/hopping.js';
import type { AggregatePlan } from './aggregate-plan.js';
import { GroupState } from './group-state.js';
import { OpenSlices, type Slice } from './open-slices.js';

const windows = hopping('3ms', '1ms');
const plan: AggregatePlan = {
  operator: 'aggregate',
  where: () => undefined,
  input: { fields: {} },
  timed: true,
  order: [],
  by: {},
  computes: [],
  earlyMs: undefined,
};

function opened(): {
  slices: OpenSlices;
  nameOf: (slice: Slice) => string;
  named: (name: string, slice: Slice) => void;
} {
  const names = new Map<GroupState, string>();
  return {
    slices: new OpenSlices(windows, () => ({ state: new GroupState(plan), changed: undefined })),
    nameOf: ({ state }) => names.get(state)!,
    named: (name, { state }) => names.set(state, name),
  };
}

function release({ slices, nameOf }: ReturnType<typeof opened>, watermark: number): unknown[] {
  const released: unknown[] = [];
  slices.release(watermark, (start, end, slices) => released.push([start, end, slices.map(nameOf).join('')]));
  return released;
}

test('a window is the slices that it holds; a slice is dropped with the last window that holds it', () => {
  const open = opened();
  for (const start of [4, 0, 1]) open.named(String(start), open.slices.at(start));
  expect(release(open, 2)).toEqual([
    [-2, 1, '0'],
    [-1, 2, '01'],
  ]);
  expect(release(open, 3)).toEqual([[0, 3, '01']]);
  expect(open.slices.all().map(({ start }) => start)).toEqual([1, 4]);
  expect(release(open, Infinity)).toEqual([
    [1, 4, '1'],
    [2, 5, '4'],
    [3, 6, '4'],
    [4, 7, '4'],
  ]);
  expect(open.slices.all()).toEqual([]);
});

test('a slice of another task, which was ahead, joins no window that was released with it before', () => {
  const open = opened();
  open.named('behind', open.slices.restored(0, 1));
  open.named('ahead', open.slices.restored(0, 2));
  expect(release(open, Infinity)).toEqual([
    [-1, 2, 'behind'],
    [0, 3, 'behindahead'],
  ]);
});

test('a slice of which no window was released goes on as a new one', () => {
  const open = opened();
  expect(open.slices.restored(5, 5)).toBe(open.slices.at(5));
  expect(open.slices.restored(5, 6)).not.toBe(open.slices.at(5));
});

test('slices are handed over with the time up to which they were released', () => {
  const open = opened();
  open.slices.restored(3, 4);
  open.slices.at(2);
  release(open, 3);
  expect(open.slices.all().map(({ start, releasedTo }) => [start, releasedTo])).toEqual([
    [3, 4],
    [2, 3],
  ]);
});

test('the windows that are still open and hold a slice, each with all its slices', () => {
  const open = opened();
  for (const start of [4, 0, 1]) open.named(String(start), open.slices.at(start));
  open.named('back', open.slices.restored(1, 3));
  release(open, 2);
  const windowsWith = (wanted: readonly string[]): unknown[] => {
    const found: unknown[] = [];
    open.slices.open(
      (slice) => wanted.includes(open.nameOf(slice)),
      (start, end, slices) => found.push([start, end, slices.map(open.nameOf).join(' ')]),
    );
    return found;
  };
  expect(windowsWith(['1'])).toEqual([
    [0, 3, '0 1'],
    [1, 4, 'back 1'],
  ]);
  expect(windowsWith(['back'])).toEqual([[1, 4, 'back 1']]);
  expect(windowsWith(['4', '0'])).toEqual([
    [0, 3, '0 1'],
    [2, 5, '4'],
    [3, 6, '4'],
    [4, 7, '4'],
  ]);
  expect(windowsWith([])).toEqual([]);
});
