import { expect, test } from 'vitest';
import type { GroupPositions } from '@millrace/core/connector';
import { merging } from './merging.js';

test('what comes while a call is under way goes with the next, of each partition the last', async () => {
  const calls: GroupPositions[] = [];
  const waiting: (() => void)[] = [];
  const tell = merging((positions) => {
    calls.push(positions);
    return new Promise((resolve) => waiting.push(resolve));
  });
  tell({ pins: { 0: 10 } });
  tell({ pins: { 1: 7 } });
  tell({ pins: { 2: 5 } });
  tell({ pins: { 1: 9 }, geos: { 0: 1 } });
  expect(calls).toEqual([{ pins: { 0: 10 } }]);
  waiting.shift()!();
  await new Promise(setImmediate);
  expect(calls[1]).toEqual({ pins: { 1: 9, 2: 5 }, geos: { 0: 1 } });
  waiting.shift()!();
  await new Promise(setImmediate);
  tell({ pins: { 0: 11 } });
  expect(calls).toHaveLength(3);
});
