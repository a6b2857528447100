import type { SlicingWindows } from '../window/assigner.js';

let sliceOf = new Int32Array(8192);

/**
 * Calls `each` once per slice that the rows fall into, with the rows of it in their order. Most batches lie in one slice
 * or two: their rows are not copied, or moved apart once.
 */
export function bySlice(
  times: Float64Array,
  rows: Int32Array,
  windows: SlicingWindows,
  each: (sliceStart: number, rows: Int32Array) => void,
): void {
  if (sliceOf.length < rows.length) sliceOf = new Int32Array(2 * rows.length);
  const numbers = new Map<number, number>();
  const starts: number[] = [];
  const counts: number[] = [];
  let from = NaN;
  let to = NaN;
  let slice = 0;
  for (let i = 0; i < rows.length; i++) {
    const time = times[rows[i]!]!;
    if (!(time >= from && time < to)) {
      from = windows.sliceStart(time);
      to = windows.sliceEnd(from);
      slice = numbers.get(from) ?? starts.length;
      if (slice === starts.length) {
        numbers.set(from, slice);
        starts.push(from);
        counts.push(0);
      }
    }
    sliceOf[i] = slice;
    counts[slice]!++;
  }
  if (starts.length === 1) return each(starts[0]!, rows);
  const parts = counts.map((count) => new Int32Array(count));
  const filled = new Int32Array(starts.length);
  for (let i = 0; i < rows.length; i++) {
    const number = sliceOf[i]!;
    parts[number]![filled[number]!++] = rows[i]!;
  }
  starts.forEach((start, number) => each(start, parts[number]!));
}
