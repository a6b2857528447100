import { expect, test } from 'vitest';
import { latestRows } from './latest-rows.js';

const row = (key: string, rank: string, json: string) => ({ key, rank, json });

test('of a key the greatest is kept, and of equals the one that came last', () => {
  const rows = latestRows();
  rows.add(row('a', '02', '"a2"'));
  rows.add(row('a', '01', '"a1"'));
  rows.add(row('b', '01', '"b1"'));
  rows.add(row('b', '01', '"b again"'));
  expect(rows.size).toBe(2);
  expect(rows.units).toBe('"a2""b again"'.length);
  expect(rows.take(10, 100)).toBe('["a2","b again"]');
  expect([rows.size, rows.units]).toEqual([0, 0]);
});

test('so many are taken and about so long, one at least, in the order in which their keys came', () => {
  const rows = latestRows();
  for (const name of ['a', 'b', 'c', 'd', 'e']) rows.add(row(name, '00', `"${name.repeat(10)}"`));
  expect(rows.take(2, 1000)).toBe('["aaaaaaaaaa","bbbbbbbbbb"]');
  expect(rows.take(5, 1)).toBe('["cccccccccc"]');
  expect(rows.take(5, 24)).toBe('["dddddddddd","eeeeeeeeee"]');
  expect(rows.take(5, 24)).toBe('[]');
});
