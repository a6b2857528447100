import { float64, int32, list, nullable, schema, struct, timestamp, utf8, type Flow, type Row } from '@millrace/core';
import { batchOf, fcOptions, runFlow } from '@millrace/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { required } from '../clean/required.js';
import { eventTime } from '../event-time/event-time.js';
import { flatten } from './flatten.js';

const Message = schema({
  device: utf8,
  tags: list(utf8),
  data: nullable(list(nullable(struct({ t: timestamp, celsius: nullable(float64) })))),
});
type Message = typeof Message.fields;
const at = (ms: number): Date => new Date(ms);
const rows: readonly Row<Message>[] = [
  { device: 'd1', tags: ['x', 'y'], data: [{ t: at(1), celsius: 23 }, { t: at(2), celsius: null }] },
  { device: 'd2', tags: [], data: null },
  { device: 'd3', tags: ['z'], data: [] },
  { device: 'd4', tags: ['x'], data: [null] },
]; // prettier-ignore

test('a row per item; the members of a struct become columns', () => {
  const { outputs, ledgers } = runFlow(Message, (messages) => messages.pipe(flatten('data')), [{ rows }]);
  expect(outputs['out']).toEqual([
    { device: 'd1', tags: ['x', 'y'], t: at(1), celsius: 23 },
    { device: 'd1', tags: ['x', 'y'], t: at(2), celsius: null },
    { device: 'd4', tags: ['x'], t: null, celsius: null },
  ]);
  expect(ledgers['out/flatten(data)']).toMatchObject({ in: 4, taken: 2, filtered: 2 });
});

test('other items, and those that get a name, are one column', () => {
  const graph = (messages: Flow<Message>) => ({
    same: messages.pipe(flatten('tags')),
    named: messages.pipe(flatten('tags', { as: 'tag' })),
    whole: messages.pipe(flatten('data', { as: 'reading' })),
  });
  const { outputs } = runFlow(Message, graph, [{ rows }]);
  expect(outputs['same']!.map((row) => [row['device'], row['tags']])).toEqual([['d1', 'x'], ['d1', 'y'], ['d3', 'z'], ['d4', 'x']]); // prettier-ignore
  expect(outputs['named']!.map((row) => row['tag'])).toEqual(['x', 'y', 'z', 'x']);
  expect(outputs['whole']!.map((row) => row['reading'])).toEqual([{ t: at(1), celsius: 23 }, { t: at(2), celsius: null }, null]); // prettier-ignore
});

test('the place in the list goes behind the order, and time and group are repeated', () => {
  const Timed = schema({ at: timestamp, values: list(int32) });
  const batch = batchOf(Timed, [{ at: at(5), values: [7, 8] }, { at: at(6), values: [9] }], { partition: 2, offset: 40, time: 'at' }); // prettier-ignore
  const { batches } = runFlow(Timed, (flow) => flow.pipe(flatten('values')), [{ batch }], { partitions: 3 });
  const [out] = batches['out']!;
  const numbers = out!.order.slice(1).map((column) => ('values' in column ? [...column.values] : []));
  expect(numbers).toEqual([[2, 2, 2], [40, 40, 41], [0, 1, 0]]); // prettier-ignore
  expect([...out!.time!]).toEqual([5, 5, 6]);
  expect([...out!.group]).toEqual([2, 2, 2]);
  expect(out!.origin).toBeUndefined();
});

test('an item that is late or rejected behind it is put aside with its place and as JSON', () => {
  const graph = (messages: Flow<Message>) =>
    messages.pipe(flatten('data'), required('t'), eventTime('t', { maxOutOfOrderness: '0s' }));
  const late = {
    device: 'd5',
    tags: [],
    data: [
      { t: at(9), celsius: 1 },
      { t: at(3), celsius: 2 },
    ],
  };
  const { late: lateRows, rejected } = runFlow(Message, graph, [{ rows: [...rows, late] }, { end: true }]);
  const value = (row: { readonly [field: string]: unknown }): unknown =>
    JSON.parse(new TextDecoder().decode(row['value'] as Uint8Array));
  expect(lateRows.map((row) => [row['partition'], row['offset'], value(row)])).toEqual([
    [0, 4n, { device: 'd5', tags: [], t: '1970-01-01T00:00:00.003Z', celsius: 2 }],
  ]);
  expect(rejected.map((row) => [row['partition'], row['offset'], value(row)])).toEqual([
    [0, 3n, { device: 'd4', tags: ['x'], t: null, celsius: null }],
  ]);
});

test('many items come in batches of bounded size, and no record is cut', () => {
  const Wide = schema({ id: int32, values: list(int32) });
  const wide = Array.from({ length: 100 }, (_, id) => ({ id, values: Array.from({ length: 300 }, (_, i) => i) }));
  const { batches, ledgers } = runFlow(Wide, (flow) => flow.pipe(flatten('values')), [{ rows: wide }]);
  const lengths = batches['out']!.map(({ length }) => length);
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(30_000);
  expect(Math.max(...lengths)).toBeLessThan(8192 + 300);
  expect(lengths.every((length) => length % 300 === 0)).toBe(true);
  expect(ledgers['out/flatten(values)']).toMatchObject({ in: 100, taken: 100 });
});

test('is what flatMap gives, whatever is selected', () => {
  const Any = schema({ id: int32, values: nullable(list(nullable(int32))) });
  const row = fc.record({
    id: fc.nat(9),
    values: fc.option(fc.array(fc.option(fc.integer({ min: -9, max: 9 })), { maxLength: 4 })),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(row, fc.boolean()), { minLength: 1 }), (cells) => {
      const all = cells.map(([each]) => each);
      const kept = Int32Array.from(cells.keys()).filter((i) => cells[i]![1]);
      const batch = { ...batchOf(Any, all), selection: kept };
      const { outputs } = runFlow(Any, (flow) => flow.pipe(flatten('values')), [{ batch }]);
      const expected = Array.from(kept).flatMap((i) =>
        (all[i]!.values ?? []).map((values) => ({ id: all[i]!.id, values })),
      );
      expect(outputs['out']).toEqual(expected);
    }),
    fcOptions(100),
  );
});

test('says what it needs, and keeps the order of the source', () => {
  runFlow(
    Message,
    (messages) => {
      const { node } = messages.pipe(flatten('data'));
      expect(node.needs(new Set(['celsius', 'device']))).toEqual([new Set(['data', 'device'])]);
      expect(node.sourceOrdered).toBe(true);
      expect(node.order).toEqual([...messages.node.order, int32]);
      expect(node.grouping).toEqual({ by: 'source', fields: ['device'] });
      return messages;
    },
    [],
    { keyedBy: 'device' },
  );
});

test('plain JavaScript is refused when the graph is built', () => {
  const graph =
    (field: string, options: object = {}) =>
    () =>
      runFlow(Message, (messages) => messages.pipe(flatten(field as 'tags', options)), []);
  expect(graph('device')).toThrow('flatten takes "device", which is utf8 where a list is needed.');
  expect(graph('dta')).toThrow("Write 'data'.");
  expect(graph('tags', { as: 'device' })).toThrow('flatten makes a field "device"');
});
