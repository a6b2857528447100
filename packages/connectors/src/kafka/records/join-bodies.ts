import type { Sliced } from './sliced.js';

/** The records of a batch as bytes, and the first row that stands in them. */
export interface Body {
  readonly bytes: Buffer;
  readonly firstRow: number;
}

/**
 * Bytes in which all rows stand, and the rows moved to where they stand there. Bodies that were not packed are parts of
 * one answer already, and nothing is copied; others are put behind one another.
 */
export function joinBodies(bodies: readonly Body[], length: number, columns: readonly Sliced[]): Uint8Array {
  const [first] = bodies;
  if (first === undefined) return new Uint8Array(0);
  const isOneAnswer = bodies.every(({ bytes }, i) => {
    const before = bodies[i - 1]?.bytes ?? bytes;
    return bytes.buffer === before.buffer && bytes.byteOffset >= before.byteOffset;
  });
  const last = bodies[bodies.length - 1]!.bytes;
  const from = first.bytes.byteOffset;
  const size = isOneAnswer
    ? last.byteOffset + last.length - from
    : bodies.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const joined = isOneAnswer ? new Uint8Array(first.bytes.buffer, from, size) : new Uint8Array(size);
  let base = 0;
  bodies.forEach(({ bytes, firstRow }, i) => {
    if (isOneAnswer) base = bytes.byteOffset - from;
    else joined.set(bytes, base);
    const rowsEnd = bodies[i + 1]?.firstRow ?? length;
    for (const { starts, ends } of columns) {
      for (let row = firstRow; row < rowsEnd; row++) {
        starts[row]! += base;
        ends[row]! += base;
      }
    }
    if (!isOneAnswer) base += bytes.length;
  });
  return joined;
}
