/** More digits than these are left to the other scanner; the mantissa is exact. */
const digitsMax: usize = 18;

// The last number that `readNumber` has read: ±mantissa / 10^fraction, from so many digits, zeros in front included.
export let negative: bool = false;
export let mantissa: i64 = 0;
export let fraction: i32 = 0;
export let digits: i32 = 0;

/** Reads a number; gives the place behind it, 0 where it has an exponent, too many digits, or is none. */
export function readNumber(at: usize): usize {
  negative = load<u8>(at) == 0x2d;
  if (negative) at++;
  const from = at;
  at = skipDigits(at);
  if (at == from || (load<u8>(from) == 0x30 && at != from + 1) || at - from > digitsMax) return 0;
  let value = wholeOf(0, from, at);
  digits = (at - from) as i32;
  fraction = 0;
  if (load<u8>(at) == 0x2e) {
    const point = at;
    at = skipDigits(at + 1);
    fraction = (at - point - 1) as i32;
    digits += fraction;
    if (fraction == 0 || digits > (digitsMax as i32)) return 0;
    value = wholeOf(value, point + 1, at);
  }
  mantissa = value;
  return (load<u8>(at) | 0x20) == 0x65 ? 0 : at;
}

/** Moves over any number; gives 0 where it is none. */
export function skipNumber(at: usize): usize {
  if (load<u8>(at) == 0x2d) at++;
  const from = at;
  at = skipDigits(at);
  if (at == from || (load<u8>(from) == 0x30 && at != from + 1)) return 0;
  if (load<u8>(at) == 0x2e) {
    const point = at;
    at = skipDigits(at + 1);
    if (at == point + 1) return 0;
  }
  if ((load<u8>(at) | 0x20) == 0x65) {
    const sign = load<u8>(++at);
    if (sign == 0x2b || sign == 0x2d) at++;
    const exponent = at;
    at = skipDigits(at);
    if (at == exponent) return 0;
  }
  return at;
}

function skipDigits(at: usize): usize {
  while (load<u8>(at) - 0x30 <= 9) at++;
  return at;
}

function wholeOf(value: i64, from: usize, to: usize): i64 {
  for (; from < to; from++) value = value * 10 + (load<u8>(from) - 0x30);
  return value;
}
