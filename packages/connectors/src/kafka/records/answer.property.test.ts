import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slicesOf, type ValueSlices } from '@millrace/core/connector';
import { answer } from './answer.js';
import { batchBytes, type BatchRecord } from './batch-bytes.test.js';

const bytes = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: null });
const record = fc.record({
  gap: fc.nat(3),
  key: bytes,
  value: bytes,
  time: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
});
const batches = fc.array(fc.record({ gap: fc.nat(5), tail: fc.nat(4), isPacked: fc.boolean(), records: fc.array(record, { maxLength: 6 }) }), { maxLength: 6 }); // prettier-ignore

test('records come as they are, from any position, in pieces of any size, and the position never stands still', async () => {
  const property = fc.asyncProperty(
    batches,
    fc.integer({ min: 1, max: 7 }),
    fc.nat(40),
    fc.boolean(),
    async (layout, rowsMax, from, metadata) => {
      let next = 0;
      const stored: BatchRecord[] = [];
      const parts = layout.map(({ gap, tail, isPacked, records }) => {
        const base = next + gap;
        next = base;
        const placed = records.map(({ gap: before, ...rest }) => ({ ...rest, offset: (next += before + 1) - 1 }));
        next = Math.max(next, base + 1) + tail;
        stored.push(...placed);
        return batchBytes({ base, next, isPacked }, placed);
      });
      const part = answer({ partition: 4, error: 0, highWatermark: next, stableOffset: next, aborted: [], batches: Buffer.concat(parts) }, from, metadata); // prettier-ignore
      const read: BatchRecord[] = [];
      for (let position = from; ;) {
        const records = await part.take(rowsMax, Infinity);
        if (records === undefined) break;
        expect(records.next).toBeGreaterThan(position);
        expect(records.length).toBeLessThanOrEqual(rowsMax);
        position = records.next;
        for (let row = 0; row < records.length; row++) read.push(recordAt(records, row));
        expect(valuesOf(records.slices!)).toEqual(valuesOf(slicesOf(records.values)));
      }
      const expected = stored.filter(({ offset }) => offset >= from);
      expect(read).toEqual(metadata ? expected : expected.map((each) => ({ ...each, key: null })));
      expect(part.position).toBe(Math.max(from, parts.length === 0 ? from : next));
    },
  );
  await fc.assert(property);
});

function valuesOf({ bytes: all, starts, ends }: ValueSlices): Uint8Array[] {
  return Array.from(starts, (start, row) => new Uint8Array(all.slice(start, ends[row])));
}

type Taken = NonNullable<Awaited<ReturnType<ReturnType<typeof answer>['take']>>>;

function recordAt({ offsets, keys, values, brokerTimes }: Taken, row: number): BatchRecord {
  const part = ({ validity, bytes: all, offsets: at }: Taken['keys']): Uint8Array | null => {
    if (validity !== undefined && ((validity[row >> 3]! >> (row & 7)) & 1) === 0) return null;
    return new Uint8Array(all.slice(at[row], at[row + 1]));
  };
  return { key: part(keys), value: part(values), time: brokerTimes[row]!, offset: offsets[row]! };
}
