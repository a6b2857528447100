import { fcOptions } from '@millrace/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SlicingWindows } from './assigner.js';
import { hopping } from './hopping.js';
import { tumbling } from './tumbling.js';

// Bounds of windows by counting, k · slide + offset for whole k, and not by remainders.
interface Plan {
  readonly size: number;
  readonly slide: number;
  readonly offset: number;
  readonly windows: SlicingWindows;
}

const size = fc.integer({ min: 1, max: 200 });
const plans: fc.Arbitrary<Plan> = fc.oneof(
  fc.tuple(size, fc.nat(500)).map(([ms, offset]) => {
    return { size: ms, slide: ms, offset, windows: tumbling(`${ms}ms`, { offset: `${offset}ms` }) };
  }),
  fc.tuple(size, size).map(([a, b]) => {
    const [ms, slide] = [Math.max(a, b), Math.min(a, b)];
    return { size: ms, slide, offset: 0, windows: hopping(`${ms}ms`, `${slide}ms`) };
  }),
);
const times = fc.oneof(fc.integer({ min: -500, max: 500 }), fc.integer({ min: -8.64e15, max: 8.64e15 }));

const isEnd = ({ size, slide, offset }: Plan, time: number): boolean =>
  Number((BigInt(time) - BigInt(size + offset)) % BigInt(slide)) === 0;
const isBound = (plan: Plan, time: number): boolean => isEnd(plan, time) || isEnd(plan, time + plan.size);

test('endAfter is the least end of a window above the time, and startOf is one size before it', () => {
  fc.assert(
    fc.property(plans, times, (plan, time) => {
      let end = time + 1;
      while (!isEnd(plan, end)) end++;
      expect(plan.windows.endAfter(time)).toBe(end);
      expect(plan.windows.startOf(end)).toBe(end - plan.size);
    }),
    fcOptions(300),
  );
});

test('a slice holds its times, and no bound of a window lies inside it', () => {
  fc.assert(
    fc.property(plans, times, (plan, time) => {
      const start = plan.windows.sliceStart(time);
      const end = plan.windows.sliceEnd(start);
      expect(start <= time && time < end).toBe(true);
      expect(plan.windows.sliceStart(start)).toBe(start);
      expect(plan.windows.sliceStart(end)).toBe(end);
      for (let inside = start + 1; inside < end; inside++) expect(isBound(plan, inside)).toBe(false);
    }),
    fcOptions(300),
  );
});

test('of two windows the one that ends later does not start earlier', () => {
  fc.assert(
    fc.property(plans, times, ({ windows }, time) => {
      const end = windows.endAfter(time);
      const next = windows.endAfter(end);
      expect(next).toBeGreaterThan(end);
      expect(windows.startOf(next)).toBeGreaterThanOrEqual(windows.startOf(end));
    }),
    fcOptions(100),
  );
});
