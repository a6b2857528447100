import { expect, test } from 'vitest';
import fc from 'fast-check';
import {
  binary,
  bool,
  decimal,
  float64,
  int32,
  int64,
  list,
  nullable,
  schema,
  struct,
  timestamp,
  utf8,
} from '@millrace/core';
import { batchOf } from '../testing/index.js';
import { textRows } from './row-text.js';
import { rowReader } from './row-values.js';

const { fields } = schema({
  i: nullable(int32),
  l: int64,
  f: float64,
  d: nullable(decimal(38, 3)),
  s: utf8,
  b: bool,
  t: timestamp,
  y: nullable(binary),
  xs: nullable(list(nullable(struct({ f: nullable(float64), s: utf8 })))),
});

const text = fc.string({ unit: 'grapheme' });
const orNull = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });
const anyRow = fc.record({
  i: orNull(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  l: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  f: fc.double(),
  d: orNull(fc.constantFrom('0.000', '-0.001', '99999999999999999999999999999999999.999')),
  s: text,
  b: fc.boolean(),
  t: fc.date({ noInvalidDate: true }),
  y: orNull(fc.uint8Array()),
  xs: orNull(fc.array(orNull(fc.record({ f: orNull(fc.double()), s: text })))),
});

/** What a script would keep of a row. */
function texts(json: string): ReadonlyMap<string, string> {
  const [, , , ...flat] = JSON.parse(json) as string[];
  return new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]!] as const] : [])));
}

const readRow = rowReader(fields);

test('rows are read as they were written', () => {
  fc.assert(
    fc.property(anyRow, (row) => {
      const [written] = textRows(batchOf([{ time: 0, offset: 0, row }], fields), fields, ['s']);
      expect(readRow(texts(written!.json))).toEqual({ ...row, y: row.y && Uint8Array.from(row.y) });
    }),
  );
});

test('keys are equal where their values are, and ranks sort as (time, order) does', () => {
  const key = ['f', 'xs'];
  const row = { i: 1, l: 0n, f: 0, d: null, s: '', b: true, t: new Date(0), y: null, xs: [{ f: 0, s: '' }] };
  const rows = [row, { ...row, f: -0, xs: [{ f: -0, s: '' }] }, { ...row, f: 1 }, { ...row, xs: null }];
  const written = textRows(batchOf(rows.map((each, i) => ({ time: -i, offset: 0, row: each })), fields), fields, key); // prettier-ignore
  expect(written.map((each) => each.key)).toEqual([
    '["0","[{\\"f\\":0,\\"s\\":\\"\\"}]"]',
    '["0","[{\\"f\\":0,\\"s\\":\\"\\"}]"]',
    '["1","[{\\"f\\":0,\\"s\\":\\"\\"}]"]',
    '["0",null]',
  ]);
  const ranks = written.map(({ rank }) => rank);
  expect([...ranks].sort()).toEqual([...ranks].reverse());
});
