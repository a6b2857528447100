import { float64 } from '@millrace/core';
import type { BytesColumn } from '@millrace/core/operate';
import type { ParseKernel, Step } from '../step.js';
import { scaledNumber } from './number.js';

const pattern = /^([+-]?\d+(?:\.\d+)?)([kKmMbB]?)$/;
const exponents: { readonly [suffix: string]: number } = { '': 0, k: 3, m: 6, b: 9 };
const noNumber = Symbol('is not a number like 422, 124k, 1.5k, 15M or 2B');

/** A number that may be written short: k stands for thousands, M for millions, B for billions, in either case. */
export function abbreviatedNumber(): Step {
  const value = (text: string): number | symbol => {
    const match = pattern.exec(text);
    if (match === null) return noNumber;
    const parsed = Number(`${match[1]}e${exponents[match[2]!.toLowerCase()]}`);
    return Number.isFinite(parsed) ? parsed + 0 : noNumber;
  };
  return { value, type: float64, refuses: true, kernel: () => parseAbbreviated };
}

const parseAbbreviated: ParseKernel = ({ bytes, offsets }: BytesColumn, rows, values, misses) => {
  let missed = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const start = offsets[row]!;
    const end = offsets[row + 1]!;
    // The letters of both cases differ in one bit.
    const last = end > start ? bytes[end - 1]! | 0x20 : 0;
    const exponent = last === k ? 3 : last === m ? 6 : last === b ? 9 : 0;
    const value = scaledNumber(bytes, start, exponent === 0 ? end : end - 1, exponent);
    if (value === value) values[row] = value;
    else misses[missed++] = row;
  }
  return missed;
};

const k = 0x6b;
const m = 0x6d;
const b = 0x62;
