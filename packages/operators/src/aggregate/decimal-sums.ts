import { decimal, float64, nullable, type ColumnType, type Fields } from '@millrace/core';
import { type Batch, bitAt, type Column, type DecimalColumn, type Float64Column, grown, isNull, unscaledAt } from '@millrace/core/operate'; // prettier-ignore
import type { Accumulators, SumLimit } from './aggregation.js';
import { validityOf } from './validity.js';

// A sum is five digits of 2^32, least first, in doubles: four as in a decimal of 128 bits, and one for what goes beyond,
// so that a sum may be past 38 digits on the way and come back. Digits take more than their 32 bits, until carries are
// passed on, and the last keeps the sign: an addition touches four of them and makes no bigint.

const digitCount = 5;
const radix = 2 ** 32;
// Every addition brings a digit of at most 2^32, and a double holds whole numbers up to 2^53.
const addsBetweenCarries = 2 ** 20;

/** The least number of 39 digits. */
const past = 10n ** 38n;

/** Exact sums of a decimal field by slot. */
export class DecimalSums implements Accumulators {
  /** `sum + beyond · 10^38` units; `beyond` is 0 but where a sum has more than 38 digits. Null of nothing but nulls. */
  readonly parts: Fields;
  private digits = new Float64Array(64 * digitCount);
  /** Whether anything but nulls was added: 0 or 1. */
  private seen = new Uint8Array(64);
  private adds = 0;
  private readonly field: string;

  constructor(field: string, { scale }: ColumnType) {
    this.field = field;
    this.parts = { sum: nullable(decimal(38, scale!)), beyond: float64 };
  }

  grow(slots: number): void {
    this.digits = grown(this.digits, slots * digitCount);
    this.seen = grown(this.seen, slots);
  }

  update(slots: Int32Array, rows: Int32Array, batch: Batch): void {
    const { values, validity } = batch.columns[this.field] as DecimalColumn;
    const { digits, seen } = this;
    const words = wordsOf(values);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (validity !== undefined && !bitAt(validity, row)) continue;
      this.countAdd();
      const slot = slots[i]!;
      const from = row * 4;
      const to = slot * digitCount;
      digits[to]! += words[from]!;
      digits[to + 1]! += words[from + 1]!;
      digits[to + 2]! += words[from + 2]!;
      digits[to + 3]! += words[from + 3]! | 0;
      seen[slot] = 1;
    }
  }

  merge(from: DecimalSums, fromSlots: Int32Array, toSlots: Int32Array): void {
    for (let i = 0; i < fromSlots.length; i++) {
      const other = fromSlots[i]!;
      const slot = toSlots[i]!;
      this.countAdd();
      from.carry(other);
      for (let digit = 0; digit < digitCount; digit++) {
        this.digits[slot * digitCount + digit]! += from.digits[other * digitCount + digit]!;
      }
      this.seen[slot]! |= from.seen[other]!;
    }
  }

  result(slots: Int32Array, overflow: (i: number, limit: SumLimit) => never): Column {
    const values = new BigInt64Array(slots.length * 2);
    for (let i = 0; i < slots.length; i++) if (this.write(slots[i]!, values, i) !== 0) overflow(i, '38 digits');
    return { layout: 'decimal', values, validity: validityOf(slots, (slot) => this.seen[slot] === 0) };
  }

  clear(slots: Int32Array): void {
    for (const slot of slots) {
      this.digits.fill(0, slot * digitCount, (slot + 1) * digitCount);
      this.seen[slot] = 0;
    }
  }

  save(slots: Int32Array): { readonly [part: string]: Column } {
    const values = new BigInt64Array(slots.length * 2);
    const beyond = Float64Array.from(slots, (slot, i) => this.write(slot, values, i));
    return {
      sum: { layout: 'decimal', values, validity: validityOf(slots, (slot) => this.seen[slot] === 0) },
      beyond: { layout: 'float64', values: beyond, validity: undefined },
    };
  }

  load(columns: { readonly [part: string]: Column }, length: number): void {
    const sum = columns['sum'] as DecimalColumn;
    const beyond = columns['beyond'] as Float64Column;
    this.grow(length);
    for (let slot = 0; slot < length; slot++) {
      if (isNull(sum, slot)) continue;
      let rest = unscaledAt(sum, slot) + BigInt(beyond.values[slot]!) * past;
      for (let digit = 0; digit < digitCount - 1; digit++, rest >>= 32n) {
        this.digits[slot * digitCount + digit] = Number(BigInt.asUintN(32, rest));
      }
      this.digits[slot * digitCount + digitCount - 1] = Number(rest);
      this.seen[slot] = 1;
    }
  }

  // Writes what 38 digits hold of a sum into row `row`, and gives how often 10^38 comes on top.
  private write(slot: number, values: BigInt64Array, row: number): number {
    this.carry(slot);
    const { digits } = this;
    const from = slot * digitCount;
    const fourth = digits[from + 3]!;
    const last = digits[from + 4]!;
    // Within ±2^126, which has 38 digits, the four are the words of the decimal.
    if ((last === 0 && fourth < 2 ** 30) || (last === -1 && fourth >= radix - 2 ** 30)) {
      const words = wordsOf(values);
      for (let digit = 0; digit < 4; digit++) words[row * 4 + digit] = digits[from + digit]!;
      return 0;
    }
    let total = 0n;
    for (let digit = digitCount - 1; digit >= 0; digit--) total = (total << 32n) + BigInt(digits[from + digit]!);
    const rest = total % past;
    values[row * 2] = BigInt.asIntN(64, rest);
    values[row * 2 + 1] = rest >> 64n;
    return Number(total / past);
  }

  // Called before every addition, so that no digit goes past what a double holds exactly.
  private countAdd(): void {
    if (++this.adds < addsBetweenCarries) return;
    for (let slot = 0; slot < this.seen.length; slot++) this.carry(slot);
    this.adds = 0;
  }

  // Brings all digits but the last, which keeps the sign, into 0 … 2^32 − 1.
  private carry(slot: number): void {
    const { digits } = this;
    const first = slot * digitCount;
    for (let digit = first; digit < first + digitCount - 1; digit++) {
      const carried = Math.floor(digits[digit]! / radix);
      digits[digit]! -= carried * radix;
      digits[digit + 1]! += carried;
    }
  }
}

// The words of a decimal column, four a row, least first.
function wordsOf({ buffer, byteOffset, length }: BigInt64Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length * 2);
}
