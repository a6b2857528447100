import { expect, test } from 'vitest';
import { besideOf } from './side-topic.js';

test('what stands beside a topic keeps its names from release to release, and no two parts have the same', () => {
  expect(besideOf('pins')).toEqual({ sideTopic: 'pins.millrace', transactionalId: 'millrace/pins' });
  expect(besideOf('pins', 'p0')).toEqual({ sideTopic: 'pins.millrace.p0', transactionalId: 'millrace/pins/p0' });
  const all = [besideOf('pins'), besideOf('pins', 'p0'), besideOf('pins', 'p1'), besideOf('pins.p0'), besideOf('pins.millrace')]; // prettier-ignore
  expect(new Set(all.map(({ sideTopic }) => sideTopic)).size).toBe(all.length);
  expect(new Set(all.map(({ transactionalId }) => transactionalId)).size).toBe(all.length);
});
