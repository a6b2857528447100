import type { DecimalColumn } from './column.js';

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/**
 * The unscaled value of a decimal text, exactly; undefined where it is no decimal or has more digits than
 * `precision` and `scale` hold. Zeros beyond the scale are no digits: `1.500` fits a scale of 1.
 */
export function parseDecimal(text: string, precision: number, scale: number): bigint | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', part = ''] = match;
  if (whole === '' && part === '') return undefined;
  if (!/^0*$/.test(part.slice(scale))) return undefined;
  const digits = (whole + part.slice(0, scale).padEnd(scale, '0')).replace(/^0+/, '');
  if (digits.length > precision) return undefined;
  const unscaled = BigInt(digits);
  return sign === '-' ? -unscaled : unscaled;
}

/** The text of an unscaled decimal, with all digits of its scale: `1180` at scale 2 is `11.80`. */
export function decimalText(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The unscaled value in row `row`. */
export function unscaledAt(column: DecimalColumn, row: number): bigint {
  return (column.values[2 * row + 1]! << 64n) | BigInt.asUintN(64, column.values[2 * row]!);
}

/** Writes an unscaled value of at most 38 digits into row `row` of a decimal column's words. */
export function setUnscaled(words: BigInt64Array, row: number, unscaled: bigint): void {
  words[2 * row] = BigInt.asIntN(64, unscaled);
  words[2 * row + 1] = unscaled >> 64n;
}
