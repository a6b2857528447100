import { type Cursor, malformed } from './cursor.js';

// Exponents beyond this are all the same: no number has so many digits that it would matter.
const exponentMax = 1e9;

/** Moves over a number; leaves `negative`, `mantissa`, `digits`, `power`, `start` and `stop`. */
export function scanNumber(c: Cursor): void {
  const { bytes, end } = c;
  let { at } = c;
  c.start = at;
  c.negative = bytes[at] === 0x2d;
  if (c.negative) at++;
  let mantissa = 0;
  let digits = 0;
  let power = 0;
  let byte = at < end ? bytes[at]! : 0;
  if (byte === 0x30) byte = ++at < end ? bytes[at]! : 0;
  else if (byte < 0x31 || byte > 0x39) throw malformed;
  else {
    const from = at;
    do {
      mantissa = mantissa * 10 + byte - 0x30;
      byte = ++at < end ? bytes[at]! : 0;
    } while (byte >= 0x30 && byte <= 0x39);
    digits = at - from;
  }
  if (byte === 0x2e) {
    const from = ++at;
    byte = at < end ? bytes[at]! : 0;
    while (byte >= 0x30 && byte <= 0x39) {
      mantissa = mantissa * 10 + byte - 0x30;
      if (mantissa !== 0) digits++;
      byte = ++at < end ? bytes[at]! : 0;
    }
    if (at === from) throw malformed;
    power = from - at;
  }
  c.at = at;
  if (byte === 0x65 || byte === 0x45) power += scanExponent(c);
  c.mantissa = mantissa;
  c.digits = digits;
  c.power = power;
  c.stop = c.at;
}

function scanExponent(c: Cursor): number {
  const { bytes, end } = c;
  let at = c.at + 1;
  const sign = at < end ? bytes[at]! : 0;
  if (sign === 0x2d || sign === 0x2b) at++;
  const from = at;
  let exponent = 0;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < 0x30 || byte > 0x39) break;
    if (exponent < exponentMax) exponent = exponent * 10 + byte - 0x30;
  }
  if (at === from) throw malformed;
  c.at = at;
  return sign === 0x2d ? -exponent : exponent;
}

/** Whether a value begins with this byte as a number does. */
export function beginsNumber(byte: number): boolean {
  return byte === 0x2d || (byte >= 0x30 && byte <= 0x39);
}
