import type { BytesColumn } from '../../batch/column.js';
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
export function rowsThatFit({ offsets }: BytesColumn, from: number, { partRows, partBytes }: ScannerBounds): number {
  const rowsEnd = Math.min(from + partRows, offsets.length - 1);
  const bytesEnd = offsets[from]! + partBytes;
  let to = from;
  while (to < rowsEnd && offsets[to + 1]! <= bytesEnd) to++;
  return to - from;
}

/** Scans rows, whose keys it learns on the way; gives how many were left. */
export function scanRows(
  { memory, scan }: ScannerInstance,
  { layout, keys, bounds }: RecordPlan,
  { offsets, bytes }: BytesColumn,
  from: number,
  rows: number,
): number {
  const { part, data, starts, left, fields, places } = layout;
  const { buffer } = memory;
  const start = offsets[from]!;
  const end = offsets[from + rows]!;
  const target = new Uint8Array(buffer, data, end - start + behind);
  target.set(bytes.subarray(start, end));
  // No string goes on over two quotes: a backslash hides one of them at most. And nothing else over zeros.
  target.fill(0, end - start);
  target.fill(quote, end - start, end - start + 2);
  new Int32Array(buffer, starts, rows + 1).set(offsets.subarray(from, from + rows + 1));

  const words = new Int32Array(buffer, part, partWords);
  const bytesMax = Math.min(bounds.bytesMax, intMax);
  const depthMax = Math.min(bounds.depthMax, intMax);
  words.set([data - start, starts, left, rows, 0, 0, bytesMax, depthMax, fields, places.length, layout.keys]);
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
const nextRow = 4;
const leftRows = 5;
const keyCount = 11;
const learns = 12;
const strangerStart = 13;
const strangerLength = 14;
const partWords = 15;
