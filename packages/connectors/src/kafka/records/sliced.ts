import { clearBit, fullBits, type ValueSlices } from '@millrace/core/connector';

/** Where values stand in the bodies of their batches, row by row. */
export interface Sliced {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Notes a value; −1 for the size of a null. */
  add(row: number, at: number, size: number): void;
  slices(length: number, bytes: Uint8Array): ValueSlices;
}

/** No value yet, of at most `rowsMax`. */
export function sliced(rowsMax: number): Sliced {
  const starts = new Int32Array(rowsMax);
  const ends = new Int32Array(rowsMax);
  let validity: Uint8Array | undefined;
  return {
    starts,
    ends,
    add(row, at, size) {
      starts[row] = at;
      ends[row] = at + Math.max(size, 0);
      if (size >= 0) return;
      validity ??= fullBits(rowsMax);
      clearBit(validity, row);
    },
    slices: (length, bytes) => ({
      bytes,
      starts: starts.subarray(0, length),
      ends: ends.subarray(0, length),
      validity,
    }),
  };
}
