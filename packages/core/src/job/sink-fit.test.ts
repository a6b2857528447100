import { expect, test } from 'vitest';
import type { Sink } from '../connector/sink.js';
import { testSink } from '../testing/test-sink.js';
import { sharedPlaces } from './sink-fit.js';

const at = (...place: unknown[]): Sink<never> => ({ ...testSink('s'), place });

test('two outputs that go to one place are refused with both names; others may be as alike as they like', () => {
  const store = {};
  const shared = sharedPlaces(new Map([['a', at(store, 'x')], ['b', at(store, 'x')], ['c', at(store, 'y')]])); // prettier-ignore
  expect(shared.map(({ sentence }) => sentence)).toEqual([
    'test sink "s" cannot take the output "b": the output "a" goes there too.',
  ]);
  const apart = [
    at(store, 'x'),
    at({}, 'x'),
    at(store),
    at(store, 'x', 1),
    testSink('s') as never,
    testSink('s') as never,
  ];
  expect(sharedPlaces(new Map(apart.map((sink, i) => [String(i), sink])))).toEqual([]);
});
