import { describe, expect, test } from 'vitest';
import { float64 } from '../schema/column-type.js';
import { batchOf, table } from '../testing/notation.js';
import { digestOf, digestText, emptyDigest } from './digest.js';

// Golden vectors. They freeze the canonical bytes and the hash: manifests and users hold digests of earlier releases. A
// change here makes all of those wrong.
describe('golden vectors', () => {
  test.each([
    ['utf8', 'id:utf8\n a', '1412c823c759861eae9a6803d6106b25'],
    ['utf8, empty', 'id:utf8\n ""', '24d88b16cf605301331b57ca1e062de7'],
    ['utf8, null', 'id:utf8?\n null', '118356308c895ad09a31cafcbf2e09ad'],
    ['utf8, beyond ASCII', 'id:utf8\n "grün \u{1f30a}"', '5b7702333117f8ecbbaf95a98c5df322'],
    ['int32', 'n:int32\n -2147483648\n 2147483647', '923b632e009f5f0719eff89735243914'],
    ['int64', 'n:int64\n -9223372036854775808\n 9007199254740993', '02c9a3874426e50ca7a3a9043eb578b7'],
    ['float64', 'n:float64\n 0.1\n -1e300\n Infinity', '5a3915afd6a3d433fb4cfe54849c466d'],
    ['float64, NaN', 'n:float64\n NaN', 'a72db88a4d17c20267f1ef1ce964f0a4'],
    ['float64, zero', 'n:float64\n 0', '15cc4cbac84359c8e84acc8292ba2e59'],
    [
      'decimal',
      'n:decimal(38,2)\n -0.01\n 999999999999999999999999999999999999.99',
      'dafc2df86a15842f93460963a7d1a506',
    ],
    ['bool', 'b:bool\n true\n false', 'b822ce1fd4edad08742dfd9267656b1c'],
    ['timestamp', 'at:timestamp\n 2026-09-13T10:00:05.250Z\n -1', '46fd518802bb4e68a1466ad3fe584e2c'],
    ['binary', 'raw:binary\n 0x\n 0x00ff8001', 'c1b5ce6590c14c5d8b3ef7bd45238895'],
    ['list', 'tags:list<utf8?>?\n ["a", null]\n []\n null', '585b68769d6354c252848fad6b974620'],
    [
      'struct',
      'p:struct<name:utf8,at:struct<x:int32?>?>\n {"name": "a", "at": {"x": null}}\n {"name": "a", "at": null}',
      '2cb8edbdd04109ab54bba228eeb76a67',
    ],
    [
      'a window',
      'windowStart:timestamp | category:utf8 | pins:int64 | sum:float64?\n 10:00 | art | 2 | 124000\n 10:01 | art | 1 | null',
      'b2c7fd16e8285bb266cbbbf80297243e',
    ],
  ])('%s', (_, text, hash) => {
    const { schema, rows } = table(text);
    const digest = digestOf(schema);
    digest.add(batchOf(schema, rows));
    expect(digest.value()).toEqual({ rows: rows.length, hash });
  });
});

test('no row', () => {
  const { schema } = table('id:utf8');
  expect(digestOf(schema).value()).toEqual(emptyDigest);
  expect(digestText(emptyDigest)).toBe('d:0000000000000000');
});

test('the text is the first 16 digits', () => {
  expect(digestText({ rows: 1, hash: '7f3a00112233445566778899aabbccdd' })).toBe('d:7f3a001122334455');
});

test('whether a field may be null says nothing', () => {
  const [some, maybe] = [table('id:utf8 | n:list<int32>\n a | [1]'), table('id:utf8? | n:list<int32?>?\n a | [1]')];
  expect(valueOf(maybe)).toEqual(valueOf(some));
});

test.each([
  ['name', 'a:int32\n 1', 'b:int32\n 1'],
  ['kind', 'a:int32\n 1', 'a:int64\n 1'],
  ['scale', 'a:decimal(5,1)\n 1', 'a:decimal(5,2)\n 0.1'],
  ['null and nothing', 'a:utf8?\n null', 'a:utf8?\n ""'],
  ['number of equal rows', 'a:utf8\n x', 'a:utf8\n x\n x'],
  ['where a text ends', 'a:utf8 | b:utf8\n ab | c', 'a:utf8 | b:utf8\n a | bc'],
  ['member', 'a:struct<x:int32>\n {"x": 1}', 'a:struct<y:int32>\n {"y": 1}'],
])('another %s is another digest', (_, one, other) => {
  expect(valueOf(table(one)).hash).not.toBe(valueOf(table(other)).hash);
});

test('every NaN is one, and −0 is 0', () => {
  const schema = { fields: { n: float64 } };
  const odd = new Float64Array(BigInt64Array.of(-1n, 0x7ff0_0000_0000_0001n).buffer);
  const digestOfNumbers = (values: Float64Array): unknown => {
    const digest = digestOf(schema);
    const batch = batchOf(
      schema,
      Array.from(values, (n) => ({ n })),
    );
    digest.add({ ...batch, columns: { n: { layout: 'float64', values, validity: undefined } } });
    return digest.value();
  };
  expect(digestOfNumbers(odd)).toEqual(digestOfNumbers(Float64Array.of(Number.NaN, Number.NaN)));
  expect(digestOfNumbers(Float64Array.of(-0))).toEqual(digestOfNumbers(Float64Array.of(0)));
});

test('lanes carry into one another', () => {
  const { schema } = table('id:utf8');
  const digest = digestOf(schema);
  digest.addHashes(Uint32Array.of(0, 0, 0, 0xffff_ffff, 0, 0xffff_ffff, 0xffff_ffff, 1));
  expect(digest.value()).toEqual({ rows: 2, hash: '00000001000000000000000000000000' });
  digest.addHashes(Uint32Array.of(0xffff_ffff, 0, 0, 0));
  expect(digest.value()).toEqual({ rows: 3, hash: '0'.repeat(32) });
  digest.removeHashes(Uint32Array.of(0, 0, 0, 1));
  expect(digest.value()).toEqual({ rows: 2, hash: 'f'.repeat(32) });
});

function valueOf({ schema, rows }: ReturnType<typeof table>): ReturnType<ReturnType<typeof digestOf>['value']> {
  const digest = digestOf(schema);
  digest.add(batchOf(schema, rows));
  return digest.value();
}
