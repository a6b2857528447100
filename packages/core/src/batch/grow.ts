type Growable = Uint8Array | Int32Array | Float64Array | BigInt64Array;

/** The same array, or where it is shorter than `length` a larger copy with zeros at the end. */
export function grown<A extends Growable>(array: A, length: number): A {
  if (array.length >= length) return array;
  const larger = new (array.constructor as new (length: number) => A)(Math.max(length, array.length * 2, 64));
  larger.set(array as never);
  return larger;
}
