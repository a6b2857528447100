// Files keep microseconds in 64 bits, columns keep milliseconds in doubles. Both ways go by 32-bit halves, since reading
// or writing a BigInt64Array makes an object per value; only what a double can not hold exactly takes the long way.

const wordSize = 2 ** 32;

/** Milliseconds as microseconds. Fractions of a millisecond, which no column of times has, are cut off. */
export function microsOfMillis(millis: Float64Array): BigInt64Array {
  const micros = new BigInt64Array(millis.length);
  const words = new Int32Array(micros.buffer);
  for (let i = 0; i < millis.length; i++) {
    const value = Math.floor(millis[i]!) * 1000;
    if (Number.isSafeInteger(value)) {
      words[2 * i] = value;
      words[2 * i + 1] = Math.floor(value / wordSize);
    } else if (Number.isFinite(value)) {
      micros[i] = BigInt(Math.floor(millis[i]!)) * 1000n;
    }
  }
  return micros;
}

/** Units of time as milliseconds, `unitsPerMilli` of them in one; the value at or below where it is no whole one. */
export function millisOfUnits(units: BigInt64Array, unitsPerMilli: number): Float64Array {
  const millis = new Float64Array(units.length);
  const words = new Int32Array(units.buffer, units.byteOffset, units.length * 2);
  for (let i = 0; i < millis.length; i++) {
    const value = words[2 * i + 1]! * wordSize + (words[2 * i]! >>> 0);
    millis[i] = Number.isSafeInteger(value)
      ? Math.floor(value / unitsPerMilli)
      : Number(floorDivide(units[i]!, BigInt(unitsPerMilli)));
  }
  return millis;
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value < 0n && quotient * divisor !== value ? quotient - 1n : quotient;
}
