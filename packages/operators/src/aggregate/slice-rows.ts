import type { SlicingWindows } from '../window/assigner.js';

let sliceOf = new Int32Array(8192);

interface SliceRows {
  readonly start: number;
  readonly rows: Int32Array;
}

/**
 * Calls `each` once per slice that the rows fall into, with the rows of it in their order. Rows that come by time are
 * not copied: a slice is one run of them.
 */
export function bySlice(
  times: Float64Array,
  rows: Int32Array,
  windows: SlicingWindows,
  each: (sliceStart: number, rows: Int32Array) => void,
): void {
  const slices = runsOf(times, rows, windows) ?? movedApart(times, rows, windows);
  for (const slice of slices) each(slice.start, slice.rows);
}

// Undefined where the rows of a slice do not stand together.
function runsOf(times: Float64Array, rows: Int32Array, windows: SlicingWindows): readonly SliceRows[] | undefined {
  const runs = new Map<number, SliceRows>();
  for (let to = 0; to < rows.length;) {
    const from = to;
    const start = windows.sliceStart(times[rows[to]!]!);
    const end = windows.sliceEnd(start);
    if (runs.has(start)) return undefined;
    do to++;
    while (to < rows.length && times[rows[to]!]! >= start && times[rows[to]!]! < end);
    runs.set(start, { start, rows: rows.subarray(from, to) });
  }
  return [...runs.values()];
}

function movedApart(times: Float64Array, rows: Int32Array, windows: SlicingWindows): readonly SliceRows[] {
  if (sliceOf.length < rows.length) sliceOf = new Int32Array(2 * rows.length);
  const numbers = new Map<number, number>();
  const counts: number[] = [];
  let from = NaN;
  let to = NaN;
  let slice = 0;
  for (let i = 0; i < rows.length; i++) {
    const time = times[rows[i]!]!;
    if (!(time >= from && time < to)) {
      from = windows.sliceStart(time);
      to = windows.sliceEnd(from);
      slice = numbers.get(from) ?? counts.length;
      if (slice === counts.length) {
        numbers.set(from, slice);
        counts.push(0);
      }
    }
    sliceOf[i] = slice;
    counts[slice]!++;
  }
  const parts = counts.map((count) => new Int32Array(count));
  const filled = new Int32Array(counts.length);
  for (let i = 0; i < rows.length; i++) {
    const number = sliceOf[i]!;
    parts[number]![filled[number]!++] = rows[i]!;
  }
  return Array.from(numbers.keys(), (start, number) => ({ start, rows: parts[number]! }));
}
