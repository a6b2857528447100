import { expect, test } from 'vitest';
import { batchOf, table } from '../testing/notation.js';
import { encodeKeys } from './keys.js';

// Snapshots hold these bytes and exchanges route by them: they may never change.
test.each([
  ['one text that may not be null is its bytes', 'id:utf8\n ab\n ""', ['6162', '']],
  ['so is one binary', 'id:binary\n 0x00ff', ['00ff']],
  [
    'a text that may be null',
    'id:utf8?\n ab\n ""\n null',
    ['010000000200000061620000', '0100000000000000', '00000000'],
  ],
  ['int32', 'n:int32?\n -2\n null', ['01000000feffffff', '00000000']],
  ['int64', 'n:int64\n -2', ['01000000feffffffffffffff']],
  [
    'float64',
    'n:float64\n 0.5\n -0\n NaN',
    ['01000000000000000000e03f', '010000000000000000000000', '01000000000000000000f87f'],
  ],
  ['timestamp', 'n:timestamp\n 1', ['01000000000000000000f03f']],
  ['decimal', 'n:decimal(5,2)\n -0.02', ['01000000feffffffffffffffffffffffffffffff']],
  ['bool', 'n:bool\n true\n false', ['0100000001000000', '0100000000000000']],
  ['list', 'n:list<bool?>\n [true, null]\n []', ['0100000002000000010000000100000000000000', '0100000000000000']],
  ['struct', 'n:struct<b:bool,a:int32?>\n {"a": null, "b": true}', ['01000000000000000100000001000000']],
  [
    'several fields',
    'a:utf8 | b:bool?\n x | null\n x | true',
    ['01000000010000007800000000000000', '010000000100000078000000' + '0100000001000000'],
  ],
])('%s', (_, text, hexes) => {
  const { schema, rows } = table(text);
  const keys = encodeKeys(batchOf(schema, rows), Object.keys(schema.fields), schema);
  expect(rows.map((_row, i) => hexOf(keys, i))).toEqual(hexes);
});

test('no field is one key for all', () => {
  const { schema, rows } = table('a:utf8\n x\n y');
  const keys = encodeKeys(batchOf(schema, rows), [], schema);
  expect([hexOf(keys, 0), hexOf(keys, 1)]).toEqual(['', '']);
});

test('the fields stand in the order asked for', () => {
  const { schema, rows } = table('a:bool | b:int32\n true | 7');
  expect(hexOf(encodeKeys(batchOf(schema, rows), ['b', 'a'], schema), 0)).toBe('01000000070000000100000001000000');
});

function hexOf({ bytes, offsets }: { readonly bytes: Uint8Array; readonly offsets: Int32Array }, row: number): string {
  return Buffer.from(bytes.slice(offsets[row], offsets[row + 1])).toString('hex');
}
