import { schema, utf8 } from '@millrace/core';
import { encodeKeys, type BytesColumn } from '@millrace/core/operate';
import { batchOf } from '@millrace/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeptKeys } from './kept-keys.js';

const Key = schema({ id: utf8 });

function admit(keys: KeptKeys, rows: readonly (readonly [id: string, time: number])[]): number[] {
  const batch = batchOf(Key, rows.map(([id]) => ({ id }))); // prettier-ignore
  const bytes: BytesColumn = encodeKeys(batch, ['id'], Key);
  const time = Float64Array.from(rows, ([, at]) => at);
  return [
    ...keys.admit(
      [{ keys: bytes, rows: Int32Array.from(rows, (_, i) => i), at: Int32Array.from(rows, (_, i) => i) }],
      time,
      batch.group,
      Int32Array.from(rows, (_, i) => i),
    ),
  ];
}

describe('KeptKeys', () => {
  test('an expired key counts as absent, whether it was forgotten or not', () => {
    const rows = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(5)), { maxLength: 30 });
    fc.assert(
      fc.property(rows, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (list, forgets) => {
        const tidy = new KeptKeys(10);
        const untidy = new KeptKeys(10);
        let now = 0;
        list.forEach(([id, ahead], i) => {
          now += ahead;
          if (forgets[i]) tidy.forget(now);
          expect(admit(tidy, [[id, now]])).toEqual(admit(untidy, [[id, now]]));
        });
      }),
    );
  });

  test('forgets in the order in which keys were kept, not in that of their first record', () => {
    const keys = new KeptKeys(10);
    admit(keys, [
      ['a', 0],
      ['b', 5],
      ['a', 10],
    ]);
    keys.forget(15);
    expect(keys.size).toBe(1);
    expect(admit(keys, [['a', 19], ['b', 19]])).toEqual([1]); // prettier-ignore
    keys.forget(Infinity);
    expect(keys.size).toBe(0);
    expect(admit(keys, [['c', 30], ['c', 31]])).toEqual([0]); // prettier-ignore
  });

  test('a snapshot is in the order of keeping, and a restore in that of time', () => {
    const keys = new KeptKeys(10);
    admit(keys, [['b', 2], ['d', 4], ['a', 1], ['c', 3]]); // prettier-ignore
    const table = keys.snapshot();
    expect(table.columns['time']).toMatchObject({ values: Float64Array.of(2, 4, 1, 3) });

    // As when the tables of two tasks were put one behind the other.
    const restored = new KeptKeys(10);
    restored.restore(table);
    restored.forget(12);
    expect(restored.size).toBe(2);
    expect(admit(restored, [['a', 12], ['b', 12], ['c', 12], ['d', 12]])).toEqual([0, 1]); // prettier-ignore
  });
});
