import type { NumberedTexts } from '../../batch/text-builder.js';
import type { Cursor } from '../cursor.js';

/** The kinds that the scanner knows, in the order of the numbers that they have there. */
export const scannedKinds = ['utf8', 'int32', 'int64', 'float64', 'bool', 'timestamp'] as const;

/** A run of rows that the scanner went over. What it found lies in its memory, and is valid until it scans again. */
export interface ScannedPart {
  /** The first row. */
  readonly from: number;
  readonly rows: number;
  /** Per row 1 where it was left: nothing else is said of it, and the record is to be read from its bytes. */
  readonly left: Uint8Array;
  readonly anyLeft: boolean;
  /** Of the fields of the schema, in their order. */
  readonly columns: readonly ScannedColumn[];
}

/** What was found in one field, if it is kept. */
export interface ScannedColumn {
  /** Per row 1 where it is null. */
  readonly nulls: Uint8Array;
  /** Values of a fixed width, as they lie in memory; a byte each for bool. */
  readonly values: Uint8Array;
  readonly texts: NumberedTexts;
}

/** How a reader takes what was scanned; only of a kind that the scanner knows. */
export interface ScannedReader {
  /** Whether texts are to be numbered. */
  readonly numbersTexts: () => boolean;
  /** Takes the rows of a part. Those that were left have been read before, or made null. */
  readonly take: (column: ScannedColumn, part: ScannedPart, c: Cursor) => void;
}

/** Calls `take` for every run of rows of a part that were read. */
export function eachReadRun({ rows, left, anyLeft }: ScannedPart, take: (from: number, to: number) => void): void {
  let from = 0;
  for (let row = 0; anyLeft && row < rows; row++) {
    if (left[row] === 0) continue;
    if (from < row) take(from, row);
    from = row + 1;
  }
  if (from < rows) take(from, rows);
}
