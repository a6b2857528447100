import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fcOptions } from '@millrace/core/testing';
import { sharesOf, type GroupMemberState } from './shares.js';

const members = (spread: boolean): fc.Arbitrary<GroupMemberState[]> =>
  fc
    .uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 })
    .chain((ids) =>
      fc.tuple(
        ...ids.map((id) =>
          fc.record({ id: fc.constant(id), owned: fc.uniqueArray(fc.nat(11)), spread: fc.constant(spread) }),
        ),
      ),
    );

test('every partition is one member’s, and no member has two more than another', () => {
  fc.assert(
    fc.property(members(true), fc.nat(12), (group, partitions) => {
      const shares = [...sharesOf(group, partitions).values()];
      expect(shares.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: partitions }, (_, p) => p));
      const sizes = shares.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      expect(shares).toHaveLength(group.length);
    }),
    fcOptions(100),
  );
});

test('when one joins or leaves only what has to moves', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(12), (count, partitions) => {
      const alone = (id: string, owned: readonly number[]): GroupMemberState => ({ id, owned, spread: true });
      const before = sharesOf(
        Array.from({ length: count }, (_, i) => alone(`m${i}`, [])),
        partitions,
      );
      const group = [...before].map(([id, owned]) => alone(id, owned));
      const kept = (after: ReadonlyMap<string, readonly number[]>, ids: readonly string[]): number =>
        ids.flatMap((id) => after.get(id)!.filter((p) => before.get(id)!.includes(p))).length;
      const ids = group.map(({ id }) => id);
      expect(sharesOf(group, partitions)).toEqual(before);
      const joined = sharesOf([...group, alone('new', [])], partitions);
      expect(kept(joined, ids)).toBe(partitions - joined.get('new')!.length);
      if (count === 1) return;
      const left = sharesOf(group.slice(1), partitions);
      expect(kept(left, ids.slice(1))).toBe(partitions - before.get('m0')!.length);
    }),
    fcOptions(100),
  );
});

test('where one cannot do with a part, whoever has them keeps all', () => {
  fc.assert(
    fc.property(members(false), fc.integer({ min: 1, max: 12 }), (group, partitions) => {
      const shares = sharesOf(group, partitions);
      const [owner, ...none] = [...shares].sort(([, a], [, b]) => b.length - a.length);
      expect(owner![1]).toHaveLength(partitions);
      expect(none.every(([, share]) => share.length === 0)).toBe(true);
      const has = group.find(({ id }) => id === owner![0])!;
      expect(has.owned.length).toBe(Math.max(...group.map(({ owned }) => owned.length)));
    }),
    fcOptions(100),
  );
});
