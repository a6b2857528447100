import { emptyBits } from '../batch/bits.js';
import type { BytesColumn } from '../batch/column.js';

/**
 * Where values stand in bytes that they share with what is between them, as a topic's answer has them: row `i` is from
 * `starts[i]` to `ends[i]`, in their order. So nobody copies a value that is only decoded.
 */
export interface ValueSlices {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** As of a column: a row without its bit is null. */
  readonly validity: Uint8Array | undefined;
}

/** The same values as a column of their own, copied. */
export function copiedValues({ bytes, starts, ends, validity }: ValueSlices): BytesColumn {
  const length = starts.length;
  const offsets = new Int32Array(length + 1);
  for (let row = 0; row < length; row++) offsets[row + 1] = offsets[row]! + ends[row]! - starts[row]!;
  const copied = new Uint8Array(offsets[length]!);
  for (let row = 0; row < length; row++) copied.set(bytes.subarray(starts[row], ends[row]), offsets[row]);
  return { layout: 'bytes', offsets, bytes: copied, validity };
}

/** The values of a column as slices of its own bytes. */
export function slicesOf({ bytes, offsets, validity }: BytesColumn): ValueSlices {
  const length = offsets.length - 1;
  return { bytes, starts: offsets.subarray(0, length), ends: offsets.subarray(1), validity };
}

/** A column of nulls: what a source hands over that nobody looks at. */
export function noValues(length: number): BytesColumn {
  return {
    layout: 'bytes',
    offsets: new Int32Array(length + 1),
    bytes: new Uint8Array(0),
    validity: emptyBits(length),
  };
}
