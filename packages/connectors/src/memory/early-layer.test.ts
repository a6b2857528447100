import { int32, schema, timestamp, utf8 } from '@millrace/core';
import { expect, test } from 'vitest';
import { batchOf } from '../testing/index.js';
import { earlyLayer, withEarly } from './early-layer.js';
import { sortedRows, tableOf, type Table } from './table.js';

const { fields } = schema({ id: utf8, n: int32 });

function tableWith(id: string, time: number, n: number): Table {
  return tableOf(batchOf([{ time, offset: 0, row: { id, n } }]), fields);
}

test('however many showings come while nobody reads, few are kept side by side', () => {
  const layer = earlyLayer(['id']);
  const owner = layer.own('L', 0);
  const kept = new Set<number>();
  for (let n = 0; n < 5000; n++) {
    const table = tableWith(`k${n % 5}`, n, n);
    // Notes that it is there still, when the layer is read.
    owner.write({
      ...table,
      get columns() {
        kept.add(n);
        return table.columns;
      },
    });
  }
  kept.clear();
  const shown = layer.shown()!.table;
  expect(sortedRows(shown).map(({ n }) => n)).toEqual([4995, 4996, 4997, 4998, 4999]);
  expect(kept.size).toBeLessThanOrEqual(64);
});

test('the table is the same as long as nothing was shown', () => {
  const layer = earlyLayer(['id']);
  const owner = layer.own('L', 0);
  expect(layer.shown()).toBeUndefined();
  owner.write(tableWith('a', 1, 1));
  owner.write(tableWith('b', 1, 1));
  const shown = layer.shown();
  expect(layer.shown()!.table).toBe(shown!.table);
  owner.settle(1);
  expect(layer.shown()!.table).toBe(shown!.table);
  owner.settle(2);
  expect(layer.shown()).toBeUndefined();
});

test('rows that have a field "early" of their own are not marked over it', () => {
  const own = schema({ id: utf8, early: timestamp }).fields;
  const table = tableOf(batchOf([{ time: 0, offset: 0, row: { id: 'a', early: new Date(0) } }], own), own);
  expect(() => withEarly('memory view "v"', table, undefined, ['id'])).toThrow(
    expect.objectContaining({ code: 'MILLRACE_FIELD_COLLISION' }),
  );
});
