import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColumnType, Fields, Row } from '../schema/column-type.js';
import { arbitraryFields, arbitraryRows, arbitraryType, arbitraryValue } from '../testing/arbitrary.test.js';
import { otherLayout } from '../testing/other-layout.test.js';
import type { Batch } from './batch.js';
import { columnOf, columnsOf } from './build.js';
import type { Column } from './column.js';
import { gatherColumn } from './gather.js';
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
