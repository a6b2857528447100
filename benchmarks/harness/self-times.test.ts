import { expect, test } from 'vitest';
import { selfTimes, selfTimesText } from './self-times.js';

const frame = (functionName: string, url: string, lineNumber: number): never =>
  ({ functionName, url, lineNumber, scriptId: '1', columnNumber: 0 }) as never;

test('adds up the samples of a function over all places that call it', () => {
  const times = selfTimes({
    nodes: [
      { id: 1, callFrame: frame('(root)', '', -1) },
      { id: 2, callFrame: frame('probe', 'file:///a/b/state/table.js', 9) },
      { id: 3, callFrame: frame('', 'file:///a/b/state/table.js', 19) },
      { id: 4, callFrame: frame('probe', 'file:///a/b/state/table.js', 9) },
    ],
    startTime: 0,
    endTime: 1000,
    samples: [2, 3, 4, 4],
    timeDeltas: [1000, 2000, 3000, 2000],
  });
  expect(times.map(({ name, ms, share }) => [name, ms, share])).toEqual([
    ['probe  b/state/table.js:10', 6, 0.75],
    ['(anonymous)  b/state/table.js:20', 2, 0.25],
  ]);
  expect(selfTimesText(times, 1)).toBe('       6 ms  75.0 %  probe  b/state/table.js:10');
});
