import { expect, test } from 'vitest';
import { recordsOf } from '../connector/records-of.js';
import { type Fields, nullable, utf8 } from '../schema/column-type.js';
import type { Column } from './column.js';
import { valueAt } from './rows.js';
import { constantPartition, sourceOrder } from './source-order.js';
import { takeRecords } from './take-records.js';

const types = Object.values({
  source: { kind: 'utf8', nullable: false },
  partition: { kind: 'int32', nullable: false },
  offset: { kind: 'float64', nullable: false },
} satisfies Fields);

test('the order of records is source, partition, offset', () => {
  const columns = sourceOrder('pins', 3, Float64Array.of(7, 9));
  expect(columns.map((column, i) => [0, 1].map((row) => valueAt(types[i]!, column, row)))).toEqual([
    ['pins', 'pins'],
    [3, 3],
    [7, 9],
  ]);
});

test('the name of a source is one dictionary for all its batches', () => {
  const [first] = sourceOrder('pins', 0, new Float64Array(3));
  const [second] = sourceOrder('pins', 1, new Float64Array(20_000));
  const [other] = sourceOrder('users', 0, new Float64Array(3));
  expect(first).toHaveProperty('dictionary', (second as { dictionary: unknown }).dictionary);
  expect(other).not.toHaveProperty('dictionary', (second as { dictionary: unknown }).dictionary);
  expect(valueAt(types[0]!, second!, 19_999)).toBe('pins');
});

test('a constant partition is right for any length', () => {
  for (const length of [3, 0, 20_000, 5]) {
    expect(constantPartition(4, length)).toEqual(new Int32Array(length).fill(4));
  }
});

test('records can be taken by row', () => {
  const records = recordsOf(2, ['{}', null, 'x'], {
    offset: 10,
    keys: ['a', null, 'c'],
    brokerTimes: [5, 6, 7],
    headers: [[['h', null]], [], []],
  });
  const taken = takeRecords(records, Int32Array.of(0, 2, 1));
  expect(taken).toMatchObject({
    partition: 2,
    length: 3,
    next: 13,
    decoded: undefined,
    headers: [[['h', null]], [], []],
  });
  expect(taken.offsets).toEqual(Float64Array.of(10, 12, 11));
  expect(taken.brokerTimes).toEqual(Float64Array.of(5, 7, 6));
  const texts = (column: Column): unknown[] => [0, 1, 2].map((row) => valueAt(nullable(utf8), column, row));
  expect(texts(taken.keys)).toEqual(['a', 'c', null]);
  expect(texts(taken.values)).toEqual(['{}', 'x', null]);
  expect(takeRecords({ ...records, headers: undefined }, Int32Array.of(1)).headers).toBeUndefined();
});
