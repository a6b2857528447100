import { int32 } from '@millrace/core';
import type { BytesColumn } from '@millrace/core/operate';
import type { ParseKernel, Step } from '../step.js';

const noInteger = Symbol('is not a whole number');
const outside = Symbol('is outside −2147483648 to 2147483647, what an int32 holds');

/** A whole number of 32 bits, in decimal digits with or without a sign. */
export function integer(): Step {
  const value = (text: string): number | symbol => {
    if (!/^[+-]?\d+$/.test(text)) return noInteger;
    const number = Number(text);
    return number < -2147483648 || number > 2147483647 ? outside : number + 0;
  };
  return { value, type: int32, refuses: true, kernel: () => parseIntegers };
}

const parseIntegers: ParseKernel = ({ bytes, offsets }: BytesColumn, rows, values, misses) => {
  let missed = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const value = parseInteger(bytes, offsets[row]!, offsets[row + 1]!);
    if (value === value) values[row] = value;
    else misses[missed++] = row;
  }
  return missed;
};

// NaN where the text has another form, or so many digits that it needs a look at its range.
function parseInteger(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === minus;
  const first = negative ? start + 1 : start;
  if (first >= end || end - first > 9) return NaN;
  let value = 0;
  for (let at = first; at < end; at++) {
    const digit = bytes[at]! - zero;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return negative ? 0 - value : value;
}

const minus = 0x2d;
const zero = 0x30;
