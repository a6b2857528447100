import { expect, test } from 'vitest';
import { rowsOf } from '../batch/rows.js';
import { fieldsText } from '../schema/schema.js';
import { batchOf, table } from './notation.js';

test('a table gives schema and rows', () => {
  const { schema, rows } = table(`
    id:utf8 | n:int32? | big:int64 | f:float64 | ok:bool | at:timestamp | d:decimal(10,2) | raw:binary
    --------+----------+-----------+-----------+---------+--------------+-----------------+-----------
    a       | 1        | 9007199254740993 | -0.5 | true  | 10:00        | 1.5             | 0x0aff
    "a|\\n" | null     | -1        | NaN       | false   | 00:00:05.250 | -2              | 0x
            | 7        | 0         | Infinity  | false   | 2026-09-14T10:01:00Z | 0        | 0x00
  `);
  expect(fieldsText(schema.fields)).toBe(
    'id:utf8,n:int32?,big:int64,f:float64,ok:bool,at:timestamp,d:decimal(10,2),raw:binary',
  );
  expect(rows).toEqual([
    {
      id: 'a',
      n: 1,
      big: 2n ** 53n + 1n,
      f: -0.5,
      ok: true,
      at: new Date(36e6),
      d: '1.5',
      raw: Uint8Array.of(10, 255),
    },
    { id: 'a|\n', n: null, big: -1n, f: NaN, ok: false, at: new Date(5250), d: '-2', raw: new Uint8Array(0) },
    {
      id: '',
      n: 7,
      big: 0n,
      f: Infinity,
      ok: false,
      at: new Date('2026-09-14T10:01:00Z'),
      d: '0',
      raw: new Uint8Array(1),
    },
  ]);
});

test('lists and structs are written as JSON', () => {
  const { schema, rows } = table(`
    tags:list<utf8?>? | at:struct<x:int32,inner:list<struct<n:int64?>>>
    ["a", null]       | {"x": 1, "inner": [{"n": "5"}, {"n": null}]}
    null              | {"x": 2, "inner": []}
  `);
  expect(fieldsText(schema.fields)).toBe('tags:list<utf8?>?,at:struct<x:int32,inner:list<struct<n:int64?>>>');
  expect(rows).toEqual([
    { tags: ['a', null], at: { x: 1, inner: [{ n: 5n }, { n: null }] } },
    { tags: null, at: { x: 2, inner: [] } },
  ]);
});

test('what is no table is refused', () => {
  expect(() => table('')).toThrow('no line of fields');
  expect(() => table('id')).toThrow('write name:type');
  expect(() => table('id:text')).toThrow('"text" is no type');
  expect(() => table('id:utf8 | n:int32\n a')).toThrow('2 cells are due');
  expect(() => table('n:int32\n x')).toThrow('is no number');
  expect(() => table('n:int32\n null')).toThrow('allows none');
  expect(() => table('at:timestamp\n soon')).toThrow('no instant');
  expect(() => table('ok:bool\n yes')).toThrow('neither true nor false');
});

test('a batch has the place of its records', () => {
  const { schema, rows } = table(`
    id:utf8 | at:timestamp
    a       | 00:00:05
    b       | 00:00:03
  `);
  const batch = batchOf(schema, rows, { partition: 3, offset: 40, source: 'pins', time: 'at' });
  expect(rowsOf(schema.fields, batch)).toEqual(rows);
  expect(batch.time).toEqual(Float64Array.of(5000, 3000));
  expect(batch.group).toEqual(Int32Array.of(3, 3));
  const order = { name: { kind: 'utf8', nullable: false }, partition: { kind: 'int32', nullable: false }, offset: { kind: 'float64', nullable: false } } as const; // prettier-ignore
  const [name, partition, offset] = batch.order;
  expect(rowsOf(order, { ...batch, columns: { name: name!, partition: partition!, offset: offset! } })).toEqual([
    { name: 'pins', partition: 3, offset: 40 },
    { name: 'pins', partition: 3, offset: 41 },
  ]);
});
