import type { BytesColumn } from '@millrace/core/operate';

/** The texts of a column as little-endian words of four bytes. All must have `size` bytes, a multiple of four. */
export function fixedWords({ offsets, bytes }: BytesColumn, length: number, size: number): Int32Array {
  const start = offsets[0]!;
  for (let row = 0; row < length; row++) {
    if (offsets[row + 1]! - offsets[row]! !== size) throw new Error(`A text has not the ${size} bytes of all others.`);
  }
  const words = (length * size) >> 2;
  const at = bytes.byteOffset + start;
  if (at % 4 === 0) return new Int32Array(bytes.buffer, at, words);
  return new Int32Array(bytes.slice(start, start + length * size).buffer);
}
