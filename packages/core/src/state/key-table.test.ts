import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnOf } from '../batch/build.js';
import type { BytesColumn } from '../batch/column.js';
import { hashBytes } from '../batch/hash.js';
import { binary } from '../schema/column-type.js';
import { KeyTable } from './key-table.js';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const keysOf = (keys: readonly string[]): BytesColumn =>
  columnOf(binary, keys.map((key) => new TextEncoder().encode(key))) as BytesColumn; // prettier-ignore
const rowsTo = (length: number): Int32Array => Int32Array.from({ length }, (_, i) => i);

function insert(table: KeyTable, keys: readonly string[]): number[] {
  const entries = new Int32Array(keys.length);
  table.findOrInsert(keysOf(keys), rowsTo(keys.length), entries);
  return [...entries];
}

function keyTexts(table: KeyTable, entries: Int32Array): string[] {
  const { offsets, bytes } = table.keyColumn(entries);
  return Array.from(entries, (_, i) => text(bytes.subarray(offsets[i], offsets[i + 1])));
}

// Among n keys about n²/2³³ pairs have the same 32 bits.
function collidingKeys(): [string, string] {
  const seen = new Map<number, string>();
  for (let i = 0; i < 1_000_000; i++) {
    const key = `key-${i}`;
    const bytes = new TextEncoder().encode(key);
    const hash = hashBytes(bytes, 0, bytes.length);
    const other = seen.get(hash);
    if (other !== undefined) return [other, key];
    seen.set(hash, key);
  }
  throw new Error('No two keys have the same hash.');
}

describe('KeyTable', () => {
  test('numbers new keys in the order of the rows, and finds them again', () => {
    const table = new KeyTable();
    expect(insert(table, ['b', 'a', 'b', '', 'c', ''])).toEqual([0, 1, 0, 2, 3, 2]);
    expect(insert(table, ['c', 'd'])).toEqual([3, 4]);
    expect(table.size).toBe(5);
    expect(table.find(keysOf(['x', 'd']), 1)).toBe(4);
    expect(table.find(keysOf(['x', 'd']), 0)).toBe(-1);
    expect(keyTexts(table, table.entries())).toEqual(['b', 'a', '', 'c', 'd']);
  });

  test('looks only at the rows it is given', () => {
    const table = new KeyTable();
    const entries = new Int32Array(2);
    table.findOrInsert(keysOf(['a', 'b', 'c', 'd']), Int32Array.of(3, 1), entries);
    expect(keyTexts(table, table.entries())).toEqual(['d', 'b']);
  });

  test('tells keys of equal hashes apart', () => {
    const [first, second] = collidingKeys();
    const table = new KeyTable();
    expect(insert(table, [first, second, 'other', first])).toEqual([0, 1, 2, 0]);
    table.remove(Int32Array.of(0));
    expect(table.find(keysOf([first, second]), 0)).toBe(-1);
    expect(table.find(keysOf([first, second]), 1)).toBe(1);
    expect(insert(table, [second, first])).toEqual([1, 0]);
  });

  test('keeps keys that are longer than a chunk', () => {
    const table = new KeyTable();
    const long = ['x'.repeat(200_000), 'y', 'x'.repeat(70_000), 'z'];
    insert(table, long);
    expect(keyTexts(table, table.entries())).toEqual(long);
  });

  test('does what a Map does, whatever is put in and taken out', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ insert: fc.array(fc.string({ maxLength: 3 }), { maxLength: 40 }) }),
        fc.record({ remove: fc.array(fc.nat(1000), { maxLength: 40 }) }),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(steps, (list) => {
        const table = new KeyTable();
        const expected = new Map<string, number>();
        for (const step of list) {
          if ('insert' in step) {
            const entries = insert(table, step.insert);
            step.insert.forEach((key, i) => expect(expected.get(key) ?? entries[i]).toBe(entries[i]));
            step.insert.forEach((key, i) => expected.set(key, entries[i]!));
          } else {
            const keys = [...expected.keys()];
            const gone = new Set(step.remove.map((n) => keys[n % keys.length]).filter((key) => key !== undefined));
            table.remove(Int32Array.from(gone, (key) => expected.get(key)!));
            gone.forEach((key) => expected.delete(key));
          }
          expect(table.size).toBe(expected.size);
          const entries = table.entries();
          expect([...entries]).toEqual([...expected.values()].sort((a, b) => a - b));
          const keys = keyTexts(table, entries);
          keys.forEach((key, i) => expect(expected.get(key)).toBe(entries[i]));
          expected.forEach((entry, key) => expect(table.find(keysOf([key]), 0)).toBe(entry));
        }
      }),
    );
  });

  test('stays flat while old keys go and new ones come', () => {
    const table = new KeyTable();
    const live: number[] = [];
    let flat = 0;
    for (let batch = 0; batch < 200; batch++) {
      live.push(
        ...insert(
          table,
          Array.from({ length: 1000 }, (_, i) => `${batch}-${i}-some-longer-key-of-a-record`),
        ),
      );
      if (live.length > 5000) table.remove(Int32Array.from(live.splice(0, live.length - 5000)));
      if (batch === 20) flat = table.byteLength;
    }
    expect(table.size).toBe(5000);
    expect(table.byteLength).toBeLessThanOrEqual(flat * 1.2);
    // Some 200 kB of keys, and the numbers that belong to them.
    expect(table.byteLength).toBeLessThan(600_000);
  });

  test('stays small where one key of each chunk stays', () => {
    const table = new KeyTable();
    const kept: string[] = [];
    for (let batch = 0; batch < 100; batch++) {
      const keys = Array.from({ length: 1000 }, (_, i) => `${batch}-${i}`.padEnd(60, '.'));
      const entries = insert(table, keys);
      table.remove(Int32Array.from(entries.slice(1)));
      kept.push(keys[0]!);
    }
    expect(keyTexts(table, table.entries()).sort()).toEqual(kept.sort());
    expect(table.byteLength).toBeLessThan(2_000_000);
  });
});
