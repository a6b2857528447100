import {
  Decimal,
  makeVector,
  TimestampSecond,
  tableFromArrays,
  tableFromIPC,
  tableToIPC,
  vectorFromArray,
  Utf8,
} from 'apache-arrow';
import { expect, test } from 'vitest';
import { rowsOf, valueAt } from '../batch/rows.js';
import { decimal, nullable, timestamp, utf8 } from '../schema/column-type.js';
import { batchOf, table } from '../testing/notation.js';
import { otherLayout } from '../testing/other-layout.test.js';
import { fromVector } from './from-data.js';
import { fromTable } from './record-batch.js';
import { toArrow } from './to-arrow.js';

const { schema, rows } = table(`
  id:utf8 | n:int32? | at:timestamp | big:int64 | price:decimal(10,2) | tags:list<utf8>
  a       | 1        | 00:00:05     | 7         | 1.50                | ["x", "y"]
  b       | null     | 00:01:00     | -1        | -0.01               | []
  a       | 3        | 00:02:00     | 0         | 0                   | ["y"]
`);

test('a batch is an Arrow table of its selected rows', async () => {
  const batch = { ...batchOf(schema, rows), selection: Int32Array.of(0, 2) };
  const arrow = tableFromIPC(tableToIPC(await toArrow(batch, schema)));
  expect(arrow.schema.fields.map((field) => `${field.name}: ${String(field.type)}`)).toEqual([
    'id: Utf8',
    'n: Int32',
    'at: Timestamp<MILLISECOND, UTC>',
    'big: Int64',
    'price: Decimal[10e+2]',
    'tags: List<Dictionary<Int32, Utf8>>',
  ]);
  expect(arrow.numRows).toBe(2);
  expect(arrow.getChild('id')!.toArray()).toEqual(['a', 'a']);
  expect(Array.from(arrow.getChild('at')!)).toEqual([5000, 120_000]);
});

test('text in a dictionary stays one, and an unfiltered batch shares its memory', async () => {
  const batch = batchOf(schema, rows);
  const arrow = await toArrow(
    { ...batch, columns: { ...batch.columns, id: otherLayout(batch.columns['id']!) } },
    schema,
  );
  expect(String(arrow.getChild('id')!.type)).toBe('Dictionary<Int32, Utf8>');
  expect(Array.from(arrow.getChild('id')!)).toEqual(['a', 'b', 'a']);
  expect(arrow.getChild('big')!.data[0]!.values).toHaveProperty(
    'buffer',
    (batch.columns['big'] as { values: BigInt64Array }).values.buffer,
  );
});

test('Arrow of several chunks, cut inside a byte', async () => {
  const arrow = await toArrow(batchOf(schema, rows), schema);
  const chunks = arrow.slice(1).concat(arrow.slice(0, 2), arrow.slice(2, 2), arrow);
  const { length, columns } = fromTable(schema.fields, chunks);
  const read = rowsOf(schema.fields, { ...batchOf(schema, []), length, columns });
  expect(read).toEqual(
    [...rows.slice(1), ...rows.slice(0, 2), ...rows].map((row) => ({ ...row, price: Number(row['price']).toFixed(2) })),
  );
});

test('dictionaries of other index types, of chunks of their own', () => {
  const first = vectorFromArray(['a', 'b', null, 'a']);
  const both = first.concat(vectorFromArray(['c', 'b']));
  expect(String(first.type)).toBe('Dictionary<Int32, Utf8>');
  const column = fromVector(nullable(utf8), both);
  expect([0, 1, 2, 3, 4, 5].map((row) => valueAt(nullable(utf8), column, row))).toEqual([
    'a',
    'b',
    null,
    'a',
    'c',
    'b',
  ]);
  expect(fromVector(utf8, vectorFromArray([], new Utf8())).layout).toBe('bytes');
});

test('what is of another type is refused', () => {
  const arrow = tableFromArrays({ n: Float64Array.of(1), small: Int8Array.of(1) });
  const read = (type: string, name: string): unknown => fromTable(table(`${name}:${type}`).schema.fields, arrow);
  expect(() => read('utf8', 'n')).toThrow('Arrow holds Float64 where utf8 is due');
  expect(() => read('int32', 'small')).toThrow('Arrow holds Int8 where int32 is due');
  expect(() => read('int64', 'small')).toThrow('Arrow holds Int8 where int64 is due');
  expect(() => read('timestamp', 'n')).toThrow('Arrow holds Float64 where timestamp is due');
  expect(() => fromVector(timestamp, makeVector({ type: new TimestampSecond(), data: BigInt64Array.of(1n) }))).toThrow(
    'Timestamp<SECOND> where timestamp is due',
  );
  expect(() =>
    fromVector(decimal(9, 2), makeVector({ type: new Decimal(3, 9, 128), data: new Uint32Array(4) })),
  ).toThrow('where decimal is due');
  expect(() => read('float64', 'm')).toThrow('Arrow holds no column "m"');
  expect(fromVector(table('n:int32').schema.fields['n']!, makeVector(Int32Array.of(4)))).toMatchObject({
    layout: 'int32',
  });
});
