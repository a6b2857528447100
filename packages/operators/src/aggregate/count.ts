import { float64, type ColumnType, type Fields } from '@millrace/core';
import {
  bitAt,
  type Batch,
  type Column,
  type Float64Column,
  grown,
  need,
  optional,
  requireArguments,
} from '@millrace/core/operate';
import type { Agg } from './agg-type.js';
import type { Accumulators } from './aggregation.js';

/**
 * Counts rows, or with a field the rows where it is not null. NaN counts.
 *
 * @example
 * ```ts
 * import { nullable, schema, utf8 } from '@millrace/core';
 * import { runFlow } from '@millrace/core/testing';
 * import { agg, aggregate } from '@millrace/operators';
 *
 * const Pin = schema({ title: nullable(utf8) });
 * const { outputs } = runFlow(
 *   Pin,
 *   (pins) => pins.pipe(aggregate({ compute: { pins: agg.count(), titled: agg.count('title') } })),
 *   [{ rows: [{ title: 'Tea' }, { title: null }] }],
 * );
 * console.log(outputs['out']); // [ { pins: 2, titled: 1 } ]
 * ```
 */
export function count(): Agg<unknown, typeof float64>;
export function count<K extends string>(field: K): Agg<{ [P in K]: ColumnType }, typeof float64>;
export function count(field?: string): Agg<unknown, typeof float64> {
  requireArguments('agg.count', "agg.count() or agg.count('likes')", [['field', field, optional(need.text)]]);
  return { name: 'count', field, resultType: () => float64, create: () => new Counts(field) };
}

/** How many rows, or values, by slot; also the divisor of `mean`. */
export class Counts implements Accumulators {
  readonly parts: Fields = { count: float64 };
  private counts = new Float64Array(64);
  private readonly field: string | undefined;

  constructor(field: string | undefined) {
    this.field = field;
  }

  grow(slots: number): void {
    this.counts = grown(this.counts, slots);
  }

  update(slots: Int32Array, rows: Int32Array, batch: Batch): void {
    const { counts } = this;
    const validity = this.field === undefined ? undefined : batch.columns[this.field]!.validity;
    if (validity === undefined) {
      for (let i = 0; i < slots.length; i++) counts[slots[i]!]!++;
    } else {
      for (let i = 0; i < slots.length; i++) if (bitAt(validity, rows[i]!)) counts[slots[i]!]!++;
    }
  }

  merge(from: Counts, fromSlots: Int32Array, toSlots: Int32Array): void {
    for (let i = 0; i < toSlots.length; i++) this.counts[toSlots[i]!]! += from.counts[fromSlots[i]!]!;
  }

  countOf(slot: number): number {
    return this.counts[slot]!;
  }

  result(slots: Int32Array): Column {
    const values = new Float64Array(slots.length);
    for (let i = 0; i < slots.length; i++) values[i] = this.counts[slots[i]!]!;
    return { layout: 'float64', values, validity: undefined };
  }

  clear(slots: Int32Array): void {
    for (const slot of slots) this.counts[slot] = 0;
  }

  save(slots: Int32Array): { readonly [part: string]: Column } {
    return { count: this.result(slots) };
  }

  load(columns: { readonly [part: string]: Column }, length: number): void {
    this.grow(length);
    this.counts.set((columns['count'] as Float64Column).values);
  }
}
