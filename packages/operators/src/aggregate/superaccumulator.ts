// A sum of doubles without any rounding: a fixed-point number wide enough for every double (Neal, "Fast exact summation
// using small and large superaccumulators", 2015). Digit i counts 2^(32 i − 1074). Digits are whole numbers kept in
// doubles and may go beyond 32 bits, also below zero, until carries are passed on: an addition touches three digits and
// never looks at the rest.

const digitCount = 70;
const radix = 2 ** 32;
// Every addition brings a digit less than 2^34, and a double holds whole numbers up to 2^53.
const addsBetweenCarries = 2 ** 18;

const scratch = new Float64Array(1);
const scratchWords = new Uint32Array(scratch.buffer);

/** The exact sum of the finite doubles that were added, rounded only when it is asked for. */
export class Superaccumulator {
  private readonly digits: Float64Array<ArrayBuffer>;
  private adds = 0;

  /** Zero, or the sum that `bytes` came from. */
  constructor(bytes?: Uint8Array) {
    this.digits = bytes === undefined ? new Float64Array(digitCount) : new Float64Array(bytes.slice().buffer);
  }

  /** Adds a finite number. */
  add(value: number): void {
    if (++this.adds === addsBetweenCarries) this.carry();
    scratch[0] = value;
    const head = scratchWords[1]!;
    const exponent = (head >>> 20) & 0x7ff;
    // Subnormal numbers lack the leading one, and their exponent is that of the least normal ones.
    const high = (head & 0xfffff) + (exponent === 0 ? 0 : 0x100000);
    const position = exponent === 0 ? 0 : exponent - 1;
    const shift = 2 ** (position & 31);
    const lowPart = scratchWords[0]! * shift;
    const highPart = high * shift;
    const lowCarry = Math.floor(lowPart / radix);
    const highCarry = Math.floor(highPart / radix);
    const sign = value < 0 ? -1 : 1;
    const digit = position >> 5;
    this.digits[digit]! += sign * (lowPart - lowCarry * radix);
    this.digits[digit + 1]! += sign * (lowCarry + highPart - highCarry * radix);
    this.digits[digit + 2]! += sign * highCarry;
  }

  /** Adds all that was added to `other`. */
  addAll(other: Superaccumulator): void {
    this.carry();
    other.carry();
    for (let i = 0; i < digitCount; i++) this.digits[i]! += other.digits[i]!;
    this.adds = 1;
  }

  /** The sum, rounded once to the nearest double; ±Infinity where it is beyond them. */
  value(): number {
    this.carry();
    let total = 0n;
    for (let i = digitCount - 1; i >= 0; i--) total = (total << 32n) + BigInt(this.digits[i]!);
    return total < 0n ? -rounded(-total) : rounded(total);
  }

  /** The sum as bytes, to be kept. */
  toBytes(): Uint8Array {
    this.carry();
    return new Uint8Array(this.digits.slice().buffer);
  }

  // Brings all digits but the last, which keeps the sign, into 0 … 2^32 − 1.
  private carry(): void {
    const { digits } = this;
    for (let i = 0; i < digitCount - 1; i++) {
      const carry = Math.floor(digits[i]! / radix);
      digits[i]! -= carry * radix;
      digits[i + 1]! += carry;
    }
    this.adds = 0;
  }
}

// The double nearest to units · 2^−1074. `Number(bigint)` rounds to nearest, ties to even, but must be kept from
// overflowing: of a long number it gets the first 64 bits, the last of them telling whether anything follows.
function rounded(units: bigint): number {
  const bits = units.toString(2).length;
  const dropped = Math.max(0, bits - 64);
  const head = units >> BigInt(dropped);
  const exact = head << BigInt(dropped) === units;
  // In two steps, as 2^(dropped − 1074) alone may be beyond all doubles where the product is not.
  const half = Math.floor((dropped - 1074) / 2);
  return Number(exact ? head : head | 1n) * 2 ** half * 2 ** (dropped - 1074 - half);
}
