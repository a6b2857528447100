import { binary, float64, int32, nullable, type ColumnType } from '@millrace/core';
import { bitAt, type BytesColumn, type Column, columnOf, type Float64Column, grown, type Int32Column, isNull } from '@millrace/core/operate'; // prettier-ignore
import { Superaccumulator } from './superaccumulator.js';

// Exact sums by slot. A sum is two doubles, `high + low`: every addition into `high` gives its rounding error, which
// goes into `low`. Whole numbers never have an error up to 2^53, and data of a few digits never fills `low`; when an
// error does not fit, the slot spills into a superaccumulator. What a slot holds depends on the order of the
// additions, but the number that it stands for does not, and it is rounded once.

const seen = 1;
const notANumber = 2;
const positiveInfinity = 4;
const negativeInfinity = 8;

const maxExact = 2 ** 53;

/** The parts of a sum, as state keeps them. */
export const sumParts: { readonly [part in 'high' | 'low' | 'marks' | 'spilled']: ColumnType } = {
  high: float64,
  low: float64,
  marks: int32,
  spilled: nullable(binary),
};

/** Sums of doubles by slot, the same whatever the order of the additions. */
export class ExactSums {
  private high = new Float64Array(64);
  private low = new Float64Array(64);
  private marks = new Uint8Array(64);
  // Slots in here have NaN as `high`, so that no addition takes the fast path.
  private readonly spilled = new Map<number, Superaccumulator>();

  grow(slots: number): void {
    this.high = grown(this.high, slots);
    this.low = grown(this.low, slots);
    this.marks = grown(this.marks, slots);
  }

  /** Adds the value in `rows[i]` to slot `slots[i]`; nulls are left out. */
  add(slots: Int32Array, rows: Int32Array, { values, validity }: Int32Column | Float64Column): void {
    const { high, marks } = this;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (validity !== undefined && !bitAt(validity, row)) continue;
      const slot = slots[i]!;
      const value = values[row]!;
      const before = high[slot]!;
      const sum = before + value;
      const part = sum - before;
      const error = before - (sum - part) + (value - part);
      marks[slot]! |= seen;
      if (error === 0) high[slot] = sum;
      else this.addInexact(slot, value, sum, error);
    }
  }

  merge(from: ExactSums, fromSlots: Int32Array, toSlots: Int32Array): void {
    for (let i = 0; i < fromSlots.length; i++) {
      const other = fromSlots[i]!;
      const slot = toSlots[i]!;
      this.marks[slot]! |= from.marks[other]!;
      const spilled = from.spilled.get(other);
      if (spilled !== undefined) this.spill(slot).addAll(spilled);
      else {
        this.addOne(slot, from.high[other]!);
        this.addOne(slot, from.low[other]!);
      }
    }
  }

  /** Whether nothing but nulls was added. */
  isEmpty(slot: number): boolean {
    return this.marks[slot] === 0;
  }

  /** The sum, rounded once. */
  sumOf(slot: number): number {
    const marks = this.marks[slot]!;
    if (marks > seen) {
      if ((marks & notANumber) !== 0 || marks >= (positiveInfinity | negativeInfinity)) return NaN;
      return (marks & positiveInfinity) !== 0 ? Infinity : -Infinity;
    }
    return this.spilled.get(slot)?.value() ?? this.high[slot]! + this.low[slot]!;
  }

  /** Whether the sum, before it is rounded, is past ±2^53. */
  isPastWhole(slot: number): boolean {
    const sum = this.sumOf(slot);
    if (Math.abs(sum) !== maxExact || this.spilled.has(slot)) return Math.abs(sum) > maxExact;
    const rest = this.low[slot]! - (sum - this.high[slot]!);
    return rest * sum > 0;
  }

  clear(slots: Int32Array): void {
    for (const slot of slots) {
      this.high[slot] = 0;
      this.low[slot] = 0;
      this.marks[slot] = 0;
      this.spilled.delete(slot);
    }
  }

  save(slots: Int32Array): { [part in keyof typeof sumParts]: Column } {
    return {
      high: { layout: 'float64', values: Float64Array.from(slots, (slot) => this.high[slot]!), validity: undefined },
      low: { layout: 'float64', values: Float64Array.from(slots, (slot) => this.low[slot]!), validity: undefined },
      marks: { layout: 'int32', values: Int32Array.from(slots, (slot) => this.marks[slot]!), validity: undefined },
      spilled: columnOf(
        sumParts.spilled,
        Array.from(slots, (slot) => this.spilled.get(slot)?.toBytes()),
      ),
    };
  }

  load(columns: { readonly [part: string]: Column }, length: number): void {
    this.grow(length);
    this.high.set((columns['high'] as Float64Column).values);
    this.low.set((columns['low'] as Float64Column).values);
    this.marks.set((columns['marks'] as Int32Column).values);
    const spilled = columns['spilled'] as BytesColumn;
    for (let slot = 0; slot < length; slot++) {
      if (isNull(spilled, slot)) continue;
      const bytes = spilled.bytes.slice(spilled.offsets[slot], spilled.offsets[slot + 1]);
      this.spilled.set(slot, new Superaccumulator(bytes));
    }
  }

  private addOne(slot: number, value: number): void {
    const before = this.high[slot]!;
    const sum = before + value;
    const part = sum - before;
    const error = before - (sum - part) + (value - part);
    if (error === 0) this.high[slot] = sum;
    else this.addInexact(slot, value, sum, error);
  }

  private addInexact(slot: number, value: number, sum: number, error: number): void {
    if (!Number.isFinite(value)) {
      this.marks[slot]! |= Number.isNaN(value) ? notANumber : value > 0 ? positiveInfinity : negativeInfinity;
      return;
    }
    const before = this.low[slot]!;
    const low = before + error;
    const part = low - before;
    // NaN, and so not 0, where `sum` has overflowed or the slot has spilled.
    if (before - (low - part) + (error - part) === 0) {
      this.high[slot] = sum;
      this.low[slot] = low;
    } else this.spill(slot).add(value);
  }

  private spill(slot: number): Superaccumulator {
    let spilled = this.spilled.get(slot);
    if (spilled === undefined) {
      spilled = new Superaccumulator();
      spilled.add(this.high[slot]!);
      spilled.add(this.low[slot]!);
      this.spilled.set(slot, spilled);
      this.high[slot] = NaN;
      this.low[slot] = 0;
    }
    return spilled;
  }
}
