import { expect, test } from 'vitest';
import { listText, nearestName } from './names.js';

test('names are listed up to a number, and the rest is counted', () => {
  expect(listText(['a', 'b'])).toBe('a, b');
  expect(listText(['a', 'b', 'c', 'd'], 2)).toBe('a, b (+2)');
  expect(listText([])).toBe('');
});

test.each([
  ['categroy', 'category'],
  ['Category', 'category'],
  ['uniqueId', 'unique_id'],
  ['follwers', undefined],
  ['zzz', undefined],
  ['', undefined],
] as const)('for %s the nearest name is %s', (name, nearest) => {
  expect(nearestName(name, ['unique_id', 'category', 'follower_count', 'at'])).toBe(nearest);
});

test('of two names as near the first is taken', () => {
  expect(nearestName('pin', ['pins', 'ping'])).toBe('pins');
});
