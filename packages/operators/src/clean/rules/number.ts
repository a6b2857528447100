import { float64 } from '@millrace/core';
import type { BytesColumn } from '@millrace/core/operate';
import type { ParseKernel, Step } from '../step.js';

const pattern = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const noNumber = Symbol('is not a number');
const tooLarge = Symbol('is too large for a float64');

/** A number with or without fraction and exponent. `NaN`, `Infinity`, hexadecimal and empty texts are refused. */
export function number(): Step {
  const value = (text: string): number | symbol => {
    if (!pattern.test(text)) return noNumber;
    const parsed = Number(text);
    return Number.isFinite(parsed) ? parsed + 0 : tooLarge;
  };
  return { value, type: float64, refuses: true, kernel: () => parseNumbers };
}

const parseNumbers: ParseKernel = ({ bytes, offsets }: BytesColumn, rows, values, misses) => {
  let missed = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const value = scaledNumber(bytes, offsets[row]!, offsets[row + 1]!, 0);
    if (value === value) values[row] = value;
    else misses[missed++] = row;
  }
  return missed;
};

const powers: readonly number[] = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * The number in bytes `start` to `end` times 10^`exponent`; NaN where it is not digits with at most one point between
 * them, or more than 15 digits. Up to 15 digits a double holds the digits exactly, and powers of ten up to 10^22 are
 * exact too: the one multiplication or division rounds as the text would have been rounded.
 */
export function scaledNumber(bytes: Uint8Array, start: number, end: number, exponent: number): number {
  const negative = bytes[start] === minus;
  const first = negative ? start + 1 : start;
  if (first >= end || end - first > 16) return NaN;
  let digits = 0;
  let behind = -1;
  for (let at = first; at < end; at++) {
    const digit = bytes[at]! - zero;
    if (digit >= 0 && digit <= 9) {
      digits = digits * 10 + digit;
      if (behind >= 0) behind++;
    } else if (digit === point && behind < 0 && at > first) {
      behind = 0;
    } else {
      return NaN;
    }
  }
  if (behind === 0 || (behind < 0 && end - first > 15)) return NaN;
  const scale = exponent - Math.max(behind, 0);
  const value = scale >= 0 ? digits * powers[scale]! : digits / powers[-scale]!;
  return negative ? 0 - value : value;
}

const minus = 0x2d;
const zero = 0x30;
const point = 0x2e - zero;
