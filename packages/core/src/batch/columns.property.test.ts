import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColumnType, Fields, Row } from '../schema/column-type.js';
import { arbitraryFields, arbitraryRows, arbitraryType, arbitraryValue } from '../testing/arbitrary.test.js';
import { otherLayout } from '../testing/other-layout.test.js';
import type { Batch } from './batch.js';
import { columnOf, columnsOf } from './build.js';
import type { Column } from './column.js';
import { compareOrder, compareValues } from './compare.js';
import { parseDecimal } from './decimal.js';
import { gatherColumn } from './gather.js';
import { encodeKeys } from './keys.js';
import { rowsOf, valueAt } from './rows.js';
import { compact, takeBatch, takeColumn } from './take.js';

// Each kernel against what it says of row values. `otherLayout` gives a column of the same values that is laid out
// otherwise: text as a dictionary or not, offsets that start elsewhere, junk under nulls.

const typed = arbitraryType.chain((type) =>
  fc.record({ type: fc.constant(type), values: fc.array(arbitraryValue(type), { minLength: 1, maxLength: 30 }) }),
);
const arbitraryBatch = arbitraryFields.chain((fields) =>
  fc.record({
    fields: fc.constant(fields),
    rows: arbitraryRows(fields),
    picks: fc.array(fc.nat(1000), { maxLength: 30 }),
    keep: fc.func(fc.boolean()),
  }),
);

describe('rows', () => {
  test('give back what columns were built from, in any layout', () => {
    fc.assert(
      fc.property(typed, ({ type, values }) => {
        expect(valuesOf(type, columnOf(type, values), values.length)).toEqual(values.map(normal(type)));
        expect(valuesOf(type, otherLayout(columnOf(type, values)), values.length)).toEqual(values.map(normal(type)));
      }),
    );
  });

  test('of a batch are the selected ones', () => {
    fc.assert(
      fc.property(arbitraryBatch, ({ fields, rows, keep }) => {
        const selection = Int32Array.from(rows.keys()).filter((row) => keep(row));
        const batch = { ...batchWith(fields, rows), selection };
        expect(rowsOf(fields, batch)).toEqual(rows.filter((_, i) => keep(i)).map(normalRow(fields)));
      }),
    );
  });
});

describe('take', () => {
  test('gives the rows asked for, repeated and in any order', () => {
    fc.assert(
      fc.property(typed, fc.array(fc.nat(1000)), ({ type, values }, picks) => {
        const rows = Int32Array.from(picks, (pick) => pick % values.length);
        for (const column of [columnOf(type, values), otherLayout(columnOf(type, values))]) {
          const taken = takeColumn(column, rows);
          expect(valuesOf(type, taken, rows.length)).toEqual(Array.from(rows, (row) => normal(type)(values[row])));
          if (column.layout === 'dictionary') expect(taken).toHaveProperty('dictionary', column.dictionary);
        }
      }),
    );
  });

  test('of a batch takes time, order and group along', () => {
    fc.assert(
      fc.property(arbitraryBatch, ({ fields, rows, picks }) => {
        fc.pre(rows.length > 0);
        const taken = takeBatch(
          batchWith(fields, rows),
          Int32Array.from(picks, (pick) => pick % rows.length),
        );
        expect(taken.length).toBe(picks.length);
        expect(rowsOf(fields, taken)).toEqual(picks.map((pick) => normalRow(fields)(rows[pick % rows.length]!)));
        expect(Array.from(taken.time!)).toEqual(picks.map((pick) => (pick % rows.length) * 10));
        expect(Array.from(taken.group)).toEqual(picks.map((pick) => (pick % rows.length) % 3));
        expect(valuesOf({ kind: 'int32', nullable: false }, taken.order[0]!, picks.length)).toEqual(
          picks.map((pick) => pick % rows.length),
        );
      }),
    );
  });

  test('compact keeps the selected rows, and the batch itself where all are', () => {
    fc.assert(
      fc.property(arbitraryBatch, ({ fields, rows, keep }) => {
        const batch = batchWith(fields, rows);
        expect(compact(batch)).toBe(batch);
        const narrowed = { ...batch, selection: Int32Array.from(rows.keys()).filter((row) => keep(row)) };
        const dense = compact(narrowed);
        expect(dense.selection).toBeUndefined();
        expect(dense.length).toBe(narrowed.selection.length);
        expect(rowsOf(fields, dense)).toEqual(rowsOf(fields, narrowed));
      }),
    );
  });
});

describe('gather', () => {
  test('gives rows out of several chunks', () => {
    const chunked = arbitraryType.chain((type) =>
      fc.record({
        type: fc.constant(type),
        chunks: fc.array(fc.array(arbitraryValue(type), { minLength: 1, maxLength: 12 }), {
          minLength: 1,
          maxLength: 4,
        }),
        picks: fc.array(fc.tuple(fc.nat(100), fc.nat(100), fc.boolean())),
      }),
    );
    fc.assert(
      fc.property(chunked, ({ type, chunks, picks }) => {
        const chunkOf = Int32Array.from(picks, ([chunk]) => chunk % chunks.length);
        const rowOf = Int32Array.from(picks, ([chunk, row]) => row % chunks[chunk % chunks.length]!.length);
        const plain = chunks.map((values) => columnOf(type, values));
        const expected = picks.map((_, i) => normal(type)(chunks[chunkOf[i]!]![rowOf[i]!]));
        const mixed = plain.map((column, i) => (picks[i]?.[2] === true ? otherLayout(column) : column));
        for (const columns of [plain, mixed, plain.map(otherLayout)]) {
          expect(valuesOf(type, gatherColumn(columns, chunkOf, rowOf), picks.length)).toEqual(expected);
        }
      }),
    );
  });
});

describe('order', () => {
  test('is that of the values, in any layout', () => {
    fc.assert(
      fc.property(typed, ({ type, values }) => {
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
      { numRuns: 60 },
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
      fc.property(arbitraryBatch, ({ fields, rows }) => {
        const batch = batchWith(fields, rows);
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
      { numRuns: 60 },
    );
  });

  test('of selected rows do not depend on the others', () => {
    fc.assert(
      fc.property(arbitraryBatch, ({ fields, rows, keep }) => {
        const batch = batchWith(fields, rows);
        const names = Object.keys(fields);
        const all = hexes(encodeKeys(batch, names, { fields }), rows.length);
        const selection = Int32Array.from(rows.keys()).filter((row) => keep(row));
        const some = hexes(encodeKeys({ ...batch, selection }, names, { fields }), rows.length);
        for (const row of selection) expect(some[row]).toBe(all[row]);
      }),
    );
  });
});

function valuesOf(type: ColumnType, column: Column, length: number): unknown[] {
  return Array.from({ length }, (_, row) => valueAt(type, column, row));
}

function batchWith(fields: Fields, rows: readonly Row<Fields>[]): Batch {
  return {
    length: rows.length,
    selection: undefined,
    columns: columnsOf(fields, rows),
    time: Float64Array.from(rows, (_, i) => i * 10),
    order: [{ layout: 'int32', values: Int32Array.from(rows.keys()), validity: undefined }],
    group: Int32Array.from(rows, (_, i) => i % 3),
    origin: undefined,
  };
}

function hexes(keys: { readonly offsets: Int32Array; readonly bytes: Uint8Array }, length: number): string[] {
  return Array.from({ length }, (_, row) =>
    Buffer.from(keys.bytes.slice(keys.offsets[row], keys.offsets[row + 1])).toString('hex'),
  );
}

const encoder = new TextEncoder();

/** A value as rows give it back: text repaired, decimals with all digits. */
function normal(type: ColumnType): (value: unknown) => unknown {
  return (value) => {
    if (value === null || value === undefined) return null;
    if (type.kind === 'utf8') return Buffer.from(value as string).toString();
    if (type.kind === 'list') return (value as unknown[]).map(normal(type.items!));
    if (type.kind === 'struct') return normalRow(type.fields!)(value as Row<Fields>);
    return value;
  };
}

function normalRow(fields: Fields): (row: Row<Fields>) => unknown {
  return (row) => Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, normal(type)(row[name])]));
}

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
