import { nullable, schema, utf8, type ColumnType } from '@millrace/core';
import {
  bareBatch,
  columnOf,
  clearBit,
  fullBits,
  valueAt,
  type Batch,
  type BytesColumn,
  type Column,
} from '@millrace/core/operate';
import { fcOptions } from '@millrace/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupKeys } from './group-keys.js';
import { Groups } from './groups.js';

const texts = ['', 'a', 'b', 'aa', 'é', 'Ω', 'z'];
const key = fc.option(fc.constantFrom(...texts), { freq: 4 });

// A dictionary may hold entries that no row has, and a null may stand under the code of no entry.
function dictionaryOf(values: readonly (string | null)[], entries: readonly string[]): Column {
  const validity = values.includes(null) ? fullBits(values.length) : undefined;
  values.forEach((value, row) => value === null && clearBit(validity!, row));
  return {
    layout: 'dictionary',
    codes: Int32Array.from(values, (value) => (value === null ? 99 : entries.indexOf(value))),
    dictionary: columnOf(utf8, entries) as BytesColumn,
    validity,
  };
}

const batches = fc.array(
  fc.record({
    keys: fc.array(key, { maxLength: 20 }),
    dictionary: fc.option(fc.shuffledSubarray(texts, { minLength: texts.length })),
    dropped: fc.nat(20),
  }),
  { maxLength: 6 },
);

test.each([
  ['nullable text', nullable(utf8), (value: string | null) => value],
  ['text', utf8, (value: string | null) => value ?? 'null'],
])('rows of equal keys have one entry, whatever the layout: %s', (_, type: ColumnType, present) => {
  const entriesOf = groupKeys(['key'], schema({ key: type }));
  fc.assert(
    fc.property(batches, (all) => {
      const groups = new Groups({ key: type });
      const known = new Map<string | null, number>();
      let group = 0;
      for (const { keys, dictionary, dropped } of all) {
        const values = keys.map(present);
        const column = dictionary === null ? columnOf(type, values) : dictionaryOf(values, [...dictionary, 'null']);
        const batch: Batch = bareBatch({ key: column }, values.length, new Int32Array(values.length).fill(group++));
        const rows = Int32Array.from(values.keys()).filter((row) => row !== dropped);
        const entries = new Int32Array(rows.length);
        groups.entriesOf(entriesOf(batch), batch, rows, entries);
        rows.forEach((row, i) => {
          const value = values[row]!;
          if (!known.has(value)) known.set(value, entries[i]!);
          expect(entries[i]).toBe(known.get(value));
        });
      }
      expect(groups.size).toBe(known.size);
      expect(new Set(known.values()).size).toBe(known.size);
      const entries = Int32Array.from(known.values());
      const [column] = groups.keyColumns(entries);
      expect(Array.from(entries, (__, i) => valueAt(nullable(type), column!, i))).toEqual([...known.keys()]);
    }),
    fcOptions(200),
  );
});

test('a group keeps the key group of its first row; what was removed is made anew', () => {
  const groups = new Groups({ key: utf8 });
  const entriesOf = groupKeys(['key'], schema({ key: utf8 }));
  const add = (value: string, group: number): number => {
    const batch = bareBatch({ key: columnOf(utf8, [value]) }, 1, Int32Array.of(group));
    const entries = new Int32Array(1);
    groups.entriesOf(entriesOf(batch), batch, Int32Array.of(0), entries);
    return entries[0]!;
  };
  const a = add('a', 5);
  const b = add('b', 6);
  expect([...groups.groups(Int32Array.of(a, b, add('a', 7)))]).toEqual([5, 6, 5]);
  groups.remove(Int32Array.of(a));
  expect(groups.size).toBe(1);
  const c = add('c', 8);
  expect([...groups.groups(Int32Array.of(b, c))]).toEqual([6, 8]);
  const [column] = groups.keyColumns(Int32Array.of(b, c));
  expect([0, 1].map((row) => valueAt(utf8, column!, row))).toEqual(['b', 'c']);
});
