// Bitmaps in Arrow's layout: bit i is bit (i & 7) of byte (i >> 3); set means valid, or true.

/** Whether bit `index` is set. */
export function bitAt(bits: Uint8Array, index: number): boolean {
  return (bits[index >> 3]! & (1 << (index & 7))) !== 0;
}

/** Sets bit `index`. */
export function setBit(bits: Uint8Array, index: number): void {
  bits[index >> 3]! |= 1 << (index & 7);
}

/** Clears bit `index`. */
export function clearBit(bits: Uint8Array, index: number): void {
  bits[index >> 3]! &= ~(1 << (index & 7));
}

/** A bitmap for `length` bits, all clear. */
export function emptyBits(length: number): Uint8Array {
  return new Uint8Array((length + 7) >> 3);
}

/** A bitmap for `length` bits, all set. */
export function fullBits(length: number): Uint8Array {
  return new Uint8Array((length + 7) >> 3).fill(0xff);
}
