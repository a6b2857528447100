import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { select, selectedRows, type Batch } from '../batch/batch.js';
import { columnOf } from '../batch/build.js';
import { valueAt } from '../batch/rows.js';
import { sourceOrder } from '../batch/source-order.js';
import { float64, int32, utf8 } from '../schema/column-type.js';
import { heldRows, type HeldRows } from './held-rows.js';

type Held = readonly [time: number, partition: number, offset: number, id: string];

const fields = { id: utf8, more: int32 };
const hold = (columns = ['id', 'more']): HeldRows =>
  heldRows({ fields, order: [utf8, int32, float64], columns: new Set(columns) });

function batchOf(partition: number, from: number, times: readonly number[]): Batch {
  const ids = times.map((_, i) => `p${partition}o${from + i}`);
  const id = columnOf(utf8, ids);
  return {
    length: times.length,
    selection: undefined,
    columns: { id, more: columnOf(int32, times.map((_, i) => i)) }, // prettier-ignore
    time: Float64Array.from(times),
    order: sourceOrder(
      's',
      partition,
      Float64Array.from(times, (_, i) => from + i),
    ),
    group: new Int32Array(times.length).fill(partition),
    origin: undefined,
  };
}

function rowsIn(batch: Batch | undefined): Held[] {
  if (batch === undefined) return [];
  return Array.from(selectedRows(batch), (row) => {
    const [, partition, offset] = batch.order.map((column, i) => valueAt([utf8, int32, float64][i]!, column, row));
    expect(batch.group[row]).toBe(partition);
    return [
      batch.time![row]!,
      partition as number,
      offset as number,
      valueAt(utf8, batch.columns['id']!, row) as string,
    ];
  });
}

const inOrder = (a: Held, b: Held): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

describe('heldRows', () => {
  test('releases what is below the time, by time and then order; rows at the time stay', () => {
    const held = hold();
    held.add(batchOf(1, 0, [30, 10, 20]));
    held.add(batchOf(0, 5, [20, 10, 40]));
    expect(held.rows).toBe(6);
    expect(rowsIn(held.release(20)?.batch)).toEqual([
      [10, 0, 6, 'p0o6'],
      [10, 1, 1, 'p1o1'],
    ]);
    expect(held.release(20)).toBeUndefined();
    expect(rowsIn(held.release(Infinity)?.batch).map(([time, partition]) => [time, partition])).toEqual([
      [20, 0],
      [20, 1],
      [30, 1],
      [40, 0],
    ]);
    expect(held.rows).toBe(0);
    expect(held.bytes).toBe(0);
  });

  test('holds only the selected rows and the columns that are needed', () => {
    const held = hold(['id']);
    held.add(select(batchOf(0, 0, [3, 2, 1]), Int32Array.of(0, 2)));
    const released = held.release(10)?.batch;
    expect(rowsIn(released).map(([time]) => time)).toEqual([1, 3]);
    expect(Object.keys(released!.columns)).toEqual(['id']);
  });

  test('counts about the bytes that it keeps', () => {
    const held = hold(['id']);
    held.add(
      batchOf(
        0,
        0,
        Array.from({ length: 1000 }, (_, i) => i),
      ),
    );
    const all = held.bytes;
    expect(all).toBeGreaterThan(1000 * (8 + 4 + 16));
    held.release(500);
    expect(held.bytes).toBeCloseTo(all / 2);
  });

  test('a few rows that stay long are taken out of their batch, and still come out', () => {
    const held = hold();
    const batch = batchOf(0, 0, [...Array.from({ length: 99 }, (_, i) => i), 5000]);
    held.add(batch);
    held.release(100);
    expect(rowsIn(held.release(Infinity)?.batch)).toEqual([[5000, 0, 99, 'p0o99']]);
  });

  test('a snapshot can be inspected, and is not touched by what follows', () => {
    const held = hold();
    held.add(batchOf(2, 7, [20, 10]));
    const table = held.snapshot();
    held.release(Infinity);
    expect(Object.keys(table.columns)).toEqual([
      'row.id',
      'row.more',
      'time',
      'order.0',
      'order.1',
      'order.2',
      'group',
    ]);
    expect(Object.keys(table.fields)).toEqual(Object.keys(table.columns));
    const after = hold();
    after.restore(table);
    expect(rowsIn(after.release(Infinity)?.batch)).toEqual([
      [10, 2, 8, 'p2o8'],
      [20, 2, 7, 'p2o7'],
    ]);
    expect(hold().snapshot().length).toBe(0);
  });

  test('says which column a snapshot lacks', () => {
    const held = hold(['id']);
    held.add(batchOf(0, 0, [1]));
    expect(() => hold().restore(held.snapshot())).toThrow('"more"');
  });

  test('gives every row once, sorted, whatever the batches, releases and restarts', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({
          partition: fc.nat(2),
          times: fc.array(fc.integer({ min: -30, max: 30 }), { minLength: 1, maxLength: 20 }),
          gaps: fc.boolean(),
        }),
        fc.record({ release: fc.integer({ min: -30, max: 31 }) }),
        fc.constant({ restart: true } as const),
      ),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(steps, (list) => {
        let held = hold();
        let expected: Held[] = [];
        const offsets = [0, 0, 0];
        const release = (time: number): void => {
          const due = expected.filter((row) => row[0] < time).sort(inOrder);
          expected = expected.filter((row) => row[0] >= time);
          expect(rowsIn(held.release(time)?.batch)).toEqual(due);
          expect(held.rows).toBe(expected.length);
        };
        for (const step of list) {
          if ('release' in step) release(step.release);
          else if ('restart' in step) {
            const table = held.snapshot();
            held = hold();
            held.restore(table);
          } else {
            const { partition, times, gaps } = step;
            const batch = batchOf(partition, offsets[partition]!, times);
            offsets[partition]! += times.length;
            const kept = gaps ? select(batch, selectedRows(batch).filter((row) => row % 3 !== 0)) : batch; // prettier-ignore
            expected.push(...rowsIn(kept));
            held.add(kept);
          }
        }
        release(Infinity);
      }),
    );
  });
});
