import { decimal, int32, list, nullable, schema, timestamp, utf8, type ColumnType, type Row } from '@millrace/core';
import { runFlow } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { where } from './where.js';
import { withColumn } from './with-column.js';

const Pin = schema({ id: utf8, n: int32 });
const rows: readonly Row<typeof Pin.fields>[] = [
  { id: 'a', n: 1 },
  { id: 'b', n: 2 },
  { id: 'c', n: 3 },
];

test('adds a value per row, behind filters too', () => {
  const { outputs, ledgers } = runFlow(
    Pin,
    (pins) =>
      pins.pipe(
        where(({ id }) => id !== 'b'),
        withColumn('twice', int32, ({ n }) => 2 * n),
        withColumn('seen', nullable(timestamp), ({ twice }) => (twice > 2 ? new Date(twice) : null)),
      ),
    [{ rows }],
  );
  expect(outputs['out']).toEqual([
    { id: 'a', n: 1, twice: 2, seen: null },
    { id: 'c', n: 3, twice: 6, seen: new Date(6) },
  ]);
  expect(ledgers['out/withColumn(twice)']).toMatchObject({ in: 2, taken: 2 });
});

test('keeps time, order and the records behind the rows', () => {
  const { batches } = runFlow(Pin, (pins) => ({ pins, more: pins.pipe(withColumn('x', int32, () => 1)) }), [{ rows }]);
  const [before, after] = [batches['pins']![0]!, batches['more']![0]!];
  expect(after).toMatchObject({ time: before.time, order: before.order, group: before.group, origin: before.origin });
});

const unfit: readonly (readonly [ColumnType, unknown, string])[] = [
  [int32, 1.5, 'is a fractional number'],
  [int32, 2 ** 31, 'is a whole number'],
  [int32, null, 'is null'],
  [utf8, 7, 'is a whole number'],
  [timestamp, new Date(NaN), 'is an invalid date'],
  [decimal(4, 2), '1.234', 'is a string'],
  [list(utf8), ['a', 1], 'has an item that is a whole number'],
];

test.each(unfit)('a value that does not fit %o is rejected: %o', (type, value, reason) => {
  const { outputs, rejected } = runFlow(Pin, (pins) => pins.pipe(withColumn('x', type, () => value)), [{ rows }]);
  expect(outputs['out']).toEqual([]);
  expect(rejected).toHaveLength(3);
  expect(rejected[0]).toMatchObject({ code: 'MILLRACE_VALUE_UNFIT', field: 'x', operator: 'withColumn(x)' });
  expect(rejected[0]!['sentence']).toContain(`"x" ${reason}`);
});

test('a name that is taken, and a type that is none, are refused when the graph is built', () => {
  const graph = (name: string, type: unknown) => () =>
    runFlow(Pin, (pins) => pins.pipe(withColumn(name as 'x', type as ColumnType, () => 1)), []);
  expect(graph('id', int32)).toThrow(
    'withColumn(id) makes a field "id", but that name is a field of its input already.',
  );
  expect(graph('x', 'int32')).toThrow('field "x" is no column type');
  expect(graph('id', int32)).toThrow(/where {2}\S*with-column\.test\.ts:\d+/);
});
