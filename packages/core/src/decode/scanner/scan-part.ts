import type { ValueSlices } from '../../connector/value-slices.js';
import { behind, type ScanLayout, type ScannerBounds } from './scan-layout.js';
import type { ScannerInstance } from './scanner-instance.js';

/** Bounds of a record, as the decoder has them. */
export interface RecordBounds {
  readonly depthMax: number;
  readonly bytesMax: number;
}

/** The keys that stand in the scanner's list. */
export interface KnownKeys {
  readonly count: number;
  /** Whether there is room for another one. */
  readonly learns: boolean;
  readonly learn: (key: Uint8Array, buffer: ArrayBuffer) => void;
}

/** What the scanner has to know of records. */
export interface RecordPlan {
  readonly layout: ScanLayout;
  readonly keys: KnownKeys;
  readonly bounds: RecordBounds;
}

/** How many rows are scanned together; 0 where the record is too large for that. */
export function rowsThatFit(
  { starts, ends }: ValueSlices,
  from: number,
  { partRows, partBytes }: ScannerBounds,
): number {
  const rowsEnd = Math.min(from + partRows, starts.length);
  const bytesEnd = starts[from]! + partBytes;
  let to = from;
  // Only what stands in order is copied as one.
  while (to < rowsEnd && ends[to]! <= bytesEnd && (to === from || starts[to]! >= ends[to - 1]!)) to++;
  return to - from;
}

/** Scans rows, whose keys it learns on the way; gives how many were left. */
export function scanRows(
  { memory, scan }: ScannerInstance,
  { layout, keys, bounds }: RecordPlan,
  { starts, ends, bytes }: ValueSlices,
  from: number,
  rows: number,
): number {
  const { part, data, left, fields, places } = layout;
  const { buffer } = memory;
  const start = starts[from]!;
  const end = ends[from + rows - 1]!;
  const target = new Uint8Array(buffer, data, end - start + behind);
  target.set(bytes.subarray(start, end));
  // No string goes on over two quotes: a backslash hides one of them at most. And nothing else over zeros.
  target.fill(0, end - start);
  target.fill(quote, end - start, end - start + 2);
  new Int32Array(buffer, layout.starts, rows).set(starts.subarray(from, from + rows));
  new Int32Array(buffer, layout.ends, rows).set(ends.subarray(from, from + rows));

  const words = new Int32Array(buffer, part, partWords);
  const bytesMax = Math.min(bounds.bytesMax, intMax);
  const depthMax = Math.min(bounds.depthMax, intMax);
  const { starts: startsAt, ends: endsAt, keys: keysAt } = layout;
  words.set([data - start, startsAt, endsAt, left, rows, 0, 0, bytesMax, depthMax, fields, places.length, keysAt]);
  do {
    words[keyCount] = keys.count;
    words[learns] = keys.learns ? 1 : 0;
    scan(part);
    const length = words[strangerLength]!;
    if (length > 0) keys.learn(new Uint8Array(buffer, words[strangerStart], length).slice(), buffer);
  } while (words[nextRow]! < rows);
  return words[leftRows]!;
}

const quote = 0x22;
const intMax = 0x7fff_ffff;

// The words of `Part` that are not only written at the beginning.
const nextRow = 5;
const leftRows = 6;
const keyCount = 12;
const learns = 13;
const strangerStart = 14;
const strangerLength = 15;
const partWords = 16;
