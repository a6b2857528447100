import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColumnType, Fields, Row } from '../schema/column-type.js';
import { arbitraryFields, arbitraryRows, arbitraryType, arbitraryValue } from '../testing/arbitrary.test.js';
import { batchOf } from '../testing/notation.js';
import { otherLayout } from '../testing/other-layout.test.js';
import { fcOptions } from '../testing/seed.js';
import { columnOf } from './build.js';
import { compareOrder, compareValues } from './compare.js';
import { parseDecimal } from './decimal.js';
import { encodeKeys } from './keys.js';

// Order and equality of columns and keys, against those of row values.

const typedValues = arbitraryType.chain((type) =>
  fc.record({ type: fc.constant(type), values: fc.array(arbitraryValue(type), { minLength: 1, maxLength: 30 }) }),
);
const arbitraryTable = arbitraryFields.chain((fields) =>
  fc.record({ fields: fc.constant(fields), rows: arbitraryRows(fields), keep: fc.func(fc.boolean()) }),
);

describe('order', () => {
  test('is that of the values, in any layout', () => {
    fc.assert(
      fc.property(typedValues, ({ type, values }) => {
        const column = columnOf(type, values);
        const other = otherLayout(column);
        for (let a = 0; a < values.length; a++) {
          for (let b = 0; b < values.length; b++) {
            const expected = naiveOrder(type, values[a], values[b]);
            expect(Math.sign(compareValues(column, a, column, b))).toBe(expected);
            expect(Math.sign(compareValues(column, a, other, b))).toBe(expected);
            expect(Math.sign(compareValues(other, a, column, b))).toBe(expected);
          }
        }
      }),
      fcOptions(60),
    );
  });

  test('counts from the first column', () => {
    const text: ColumnType = { kind: 'utf8', nullable: true };
    const int: ColumnType = { kind: 'int32', nullable: false };
    const columns = [columnOf(text, ['b', 'a', null, 'b']), columnOf(int, [1, 9, 9, -2147483648])];
    const rows = [0, 1, 2, 3].sort((a, b) => compareOrder(columns, a, columns, b));
    expect(rows).toEqual([2, 1, 3, 0]);
    expect(compareOrder([], 0, [], 1)).toBe(0);
    expect(Math.sign(compareValues(columns[1]!, 3, columnOf(int, [2147483647]), 0))).toBe(-1);
  });
});

describe('keys', () => {
  test('are equal where all fields are, and only there, in any layout', () => {
    fc.assert(
      fc.property(arbitraryTable, ({ fields, rows }) => {
        const batch = batchOf({ fields }, rows);
        const columns = Object.entries(batch.columns).map(([name, column]) => [name, otherLayout(column)] as const);
        const names = Object.keys(fields);
        const keys = hexes(encodeKeys(batch, names, { fields }), rows.length);
        expect(
          hexes(encodeKeys({ ...batch, columns: Object.fromEntries(columns) }, names, { fields }), rows.length),
        ).toEqual(keys);
        for (const [a, rowA] of rows.entries()) {
          for (const [b, rowB] of rows.entries()) {
            const equal = names.every((name) => naiveOrder(fields[name]!, rowA[name], rowB[name]) === 0);
            expect(keys[a] === keys[b]).toBe(equal);
          }
        }
      }),
      fcOptions(60),
    );
  });

  test('of selected rows do not depend on the others', () => {
    fc.assert(
      fc.property(arbitraryTable, ({ fields, rows, keep }) => {
        const batch = batchOf({ fields }, rows);
        const names = Object.keys(fields);
        const all = hexes(encodeKeys(batch, names, { fields }), rows.length);
        const selection = Int32Array.from(rows.keys()).filter((row) => keep(row));
        const some = hexes(encodeKeys({ ...batch, selection }, names, { fields }), rows.length);
        for (const row of selection) expect(some[row]).toBe(all[row]);
      }),
    );
  });
});

function hexes(keys: { readonly offsets: Int32Array; readonly bytes: Uint8Array }, length: number): string[] {
  return Array.from({ length }, (_, row) =>
    Buffer.from(keys.bytes.slice(keys.offsets[row], keys.offsets[row + 1])).toString('hex'),
  );
}

const encoder = new TextEncoder();

function naiveOrder(type: ColumnType, a: unknown, b: unknown): number {
  if (a === null || b === null) return Math.sign(Number(a !== null) - Number(b !== null));
  switch (type.kind) {
    case 'utf8':
      return Math.sign(Buffer.compare(encoder.encode(a as string), encoder.encode(b as string)));
    case 'binary':
      return Math.sign(Buffer.compare(a as Uint8Array, b as Uint8Array));
    case 'int64':
      return Math.sign(Number((a as bigint) > (b as bigint)) - Number((a as bigint) < (b as bigint)));
    case 'decimal': {
      const left = parseDecimal(a as string, type.precision!, type.scale!)!;
      const right = parseDecimal(b as string, type.precision!, type.scale!)!;
      return left === right ? 0 : left < right ? -1 : 1;
    }
    case 'list': {
      const left = a as unknown[];
      const right = b as unknown[];
      const shared = left.slice(0, right.length).map((item, i) => naiveOrder(type.items!, item, right[i]));
      return shared.find((order) => order !== 0) ?? Math.sign(left.length - right.length);
    }
    case 'struct': {
      const members = Object.entries(type.fields!);
      const left = a as Row<Fields>;
      return members.map(([name, member]) => naiveOrder(member, left[name], (b as Row<Fields>)[name])).find((order) => order !== 0) ?? 0; // prettier-ignore
    }
    default: {
      const left = Number(a);
      const right = Number(b);
      if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
      return left === right ? 0 : left < right ? -1 : 1;
    }
  }
}
