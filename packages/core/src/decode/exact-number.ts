import type { Cursor } from './cursor.js';

// Powers of ten that a double holds exactly.
const tens = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
/** Any whole number of so many digits is exact as a double. */
const exactDigits = 15;

/** The last number as the double nearest to it, as `Number(text)` gives it. */
export function nearestDouble(c: Cursor): number {
  const { digits, power, mantissa } = c;
  if (digits <= exactDigits && power >= -22 && power <= 22) {
    // Both operands are exact, so the one operation rounds once and right.
    const value = power < 0 ? mantissa / tens[-power]! : mantissa * tens[power]!;
    return c.negative ? -value : value;
  }
  return Number(asciiText(c.bytes, c.start, c.stop));
}

/**
 * The last number × 10^`scale`, where that is whole and has at most 15 digits; else NaN, which says nothing: then ask
 * `exactWhole`.
 */
export function smallWhole(c: Cursor, scale: number): number {
  const shift = c.power + scale;
  let value = c.mantissa;
  if (c.digits > exactDigits || shift > exactDigits || shift < -exactDigits) return NaN;
  if (shift > 0) {
    if (c.digits + shift > exactDigits) return NaN;
    value *= tens[shift]!;
  } else if (shift < 0) {
    if (value % tens[-shift]! !== 0) return NaN;
    value /= tens[-shift]!;
  }
  return c.negative ? -value : value;
}

/**
 * The last number × 10^`scale`, from its digits; `fraction` where that is not whole, `range` where it has more than
 * `digitsMax` digits. How the number is written does not matter: `2.0`, `20e-1` and `2` are one value.
 */
export function exactWhole(c: Cursor, scale: number, digitsMax: number): bigint | 'fraction' | 'range' {
  const { text, length, power } = significantDigits(c, digitsMax);
  if (length === 0) return 0n;
  const shift = power + scale;
  if (shift < 0) return 'fraction';
  if (length + shift > digitsMax) return 'range';
  const value = BigInt(text + '0'.repeat(shift));
  return c.negative ? -value : value;
}

/**
 * The digits of the last number without zeros at both ends, how many they are, and the power of ten of the last one.
 * The text is complete only up to `keep` digits: a record may hold a number of millions of them.
 */
function significantDigits(c: Cursor, keep: number): { text: string; length: number; power: number } {
  let text = '';
  let length = 0;
  let zeros = 0;
  for (let at = c.start; at < c.stop; at++) {
    const byte = c.bytes[at]!;
    if (byte === 0x65 || byte === 0x45) break;
    if (byte === 0x30) zeros += length > 0 ? 1 : 0;
    else if (byte > 0x30) {
      length += zeros + 1;
      if (length <= keep) text += '0'.repeat(zeros) + String.fromCharCode(byte);
      zeros = 0;
    }
  }
  return { text, length, power: c.power + zeros };
}

const ascii = new TextDecoder();

function asciiText(bytes: Uint8Array, start: number, stop: number): string {
  const digits = bytes.subarray(start, stop);
  return digits.length <= 64 ? String.fromCharCode.apply(null, digits as unknown as number[]) : ascii.decode(digits);
}
