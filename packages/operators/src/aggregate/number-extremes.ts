import { nullable, type ColumnType, type Fields } from '@millrace/core';
import { type Batch, bitAt, type Column, emptyBits, type Float64Column, grown, type Int32Column, setBit } from '@millrace/core/operate'; // prettier-ignore
import type { Accumulators } from './aggregation.js';

type NumberColumn = Int32Column | Float64Column;

/** The least or greatest number by slot; what is kept of an int32, float64 or timestamp field. */
export abstract class NumberExtremes implements Accumulators {
  readonly parts: Fields;
  protected values: Float64Array = new Float64Array(64);
  /** Whether the slot has a value: 0 or 1. */
  protected seen: Uint8Array = new Uint8Array(64);
  private readonly field: string;
  private readonly whole: boolean;

  constructor(field: string, type: ColumnType) {
    this.field = field;
    this.whole = type.kind === 'int32';
    this.parts = { value: nullable(type) };
  }

  /** Takes the value in `rows[i]` into slot `slots[i]`; those where `validity` has no bit are null. */
  protected abstract take(
    slots: Int32Array,
    rows: Int32Array,
    values: Int32Array | Float64Array,
    validity: Uint8Array | undefined,
  ): void;

  grow(slots: number): void {
    this.values = grown(this.values, slots);
    this.seen = grown(this.seen, slots);
  }

  update(slots: Int32Array, rows: Int32Array, batch: Batch): void {
    const { values, validity } = batch.columns[this.field] as NumberColumn;
    this.take(slots, rows, values, validity);
  }

  merge(from: NumberExtremes, fromSlots: Int32Array, toSlots: Int32Array): void {
    const rows = fromSlots.filter((slot) => from.seen[slot] !== 0);
    this.take(toSlots.filter((_, i) => from.seen[fromSlots[i]!] !== 0), rows, from.values, undefined); // prettier-ignore
  }

  result(slots: Int32Array): Column {
    const numbers = this.whole ? new Int32Array(slots.length) : new Float64Array(slots.length);
    const validity = emptyBits(slots.length);
    let count = 0;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!;
      if (this.seen[slot] === 0) continue;
      // −0 + 0 is 0.
      numbers[i] = this.values[slot]! + 0;
      setBit(validity, i);
      count++;
    }
    const present = count === slots.length ? undefined : validity;
    return numbers instanceof Int32Array
      ? { layout: 'int32', values: numbers, validity: present }
      : { layout: 'float64', values: numbers, validity: present };
  }

  clear(slots: Int32Array): void {
    for (const slot of slots) this.seen[slot] = 0;
  }

  save(slots: Int32Array): { readonly [part: string]: Column } {
    return { value: this.result(slots) };
  }

  load(columns: { readonly [part: string]: Column }, length: number): void {
    const { values, validity } = columns['value'] as NumberColumn;
    this.grow(length);
    for (let slot = 0; slot < length; slot++) {
      if (validity !== undefined && !bitAt(validity, slot)) continue;
      this.values[slot] = values[slot]!;
      this.seen[slot] = 1;
    }
  }
}
