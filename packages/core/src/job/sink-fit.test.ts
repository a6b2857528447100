import { expect, test } from 'vitest';
import type { Sink } from '../connector/sink.js';
import { int32 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { testSink } from '../testing/test-sink.js';
import { testSource } from '../testing/test-source.js';
import { defineJob } from './define-job.js';
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

const Event = schema({ n: int32 });

function jobWith(sinks: object, output = 'out'): unknown {
  return defineJob({
    name: 'events',
    sources: { live: testSource('events', Event, [[]]) },
    graph: (events) => ({ [output]: events }),
    sinks: sinks as never,
  });
}

test.each([
  ['a string', 'view'],
  ['null', null],
  ['a function', testSink],
  ['a Map', new Map()],
  ['an Object', { open: () => undefined }],
])('what is given for a sink and is none is called by its kind: %s', (kind, given) => {
  expect(() => jobWith({ out: given })).toThrow(`${kind} cannot take the output "out": it is no sink.`);
});

test('a source that is given for a sink is called by its name, and told from a sink by its schema', () => {
  const topic = testSource('events', Event, [[]]);
  expect(() => jobWith({ out: topic })).toThrow(
    `${topic.label} cannot take the output "out": with a schema it is a source, and no sink.\n  fix    Leave the schema out: a topic or table that is a sink takes none.`,
  );
});

test('an output that is called like what every object has needs a sink as any other', () => {
  expect(() => jobWith({}, 'toString')).toThrow('MILLRACE_SINK_MISSING');
  expect(() => jobWith({ toString: testSink('out') }, 'toString')).not.toThrow();
});
