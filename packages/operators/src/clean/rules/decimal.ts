import { decimal as decimalType } from '@millrace/core';
import { decimalText, parseDecimal } from '@millrace/core/operate';
import type { Step } from '../step.js';

const noDecimal = Symbol('is not a decimal number like 11.80');

/**
 * An exact decimal of `precision` digits, `scale` of them behind the point. A text with more digits is refused and never
 * rounded; zeros at its end do not count.
 */
export function decimal(precision: number, scale: number): Step {
  const tooLong = Symbol(`has more digits than decimal(${precision}, ${scale}) holds`);
  const value = (text: string): string | symbol => {
    const unscaled = parseDecimal(text, precision, scale);
    if (unscaled !== undefined) return decimalText(unscaled, scale);
    return /^[+-]?\d+(?:\.\d+)?$/.test(text) ? tooLong : noDecimal;
  };
  return { value, type: decimalType(precision, scale), refuses: true };
}
