import { need, requireArguments } from '@millrace/core/operate';
import type { Fields } from '@millrace/core';
import type { Batch, Column, Float64Column, Int32Column } from '@millrace/core/operate';
import type { Agg, NumberOf } from './agg-type.js';
import type { Accumulators } from './aggregation.js';
import { Counts } from './count.js';
import { ExactSums, sumParts } from './exact-sums.js';
import { numberNeeded, numberType, type NumberType } from './sum.js';
import { validityOf } from './validity.js';

/**
 * The arithmetic mean of a number field: its exact sum, rounded once, over the count of its values.
 *
 * Nulls are left out; of only nulls it is null. NaN, and +∞ with −∞, give NaN.
 *
 * @example
 * ```ts
 * import { float64, schema, utf8 } from '@millrace/core';
 * import { runFlow } from '@millrace/core/testing';
 * import { agg, aggregate } from '@millrace/operators';
 *
 * const Reading = schema({ device: utf8, celsius: float64 });
 * const { outputs } = runFlow(
 *   Reading,
 *   (readings) => readings.pipe(aggregate({ by: 'device', compute: { average: agg.mean('celsius') } })),
 *   [{ rows: [{ device: 'a', celsius: 21.5 }, { device: 'a', celsius: 18 }] }],
 * );
 * console.log(outputs['out']); // [ { device: 'a', average: 19.75 } ]
 * ```
 */
export function mean<K extends string>(field: K): Agg<{ [P in K]: NumberType }, NumberOf<K>> {
  requireArguments('agg.mean', "agg.mean('likes')", [['field', field, need.text]]);
  return { name: 'mean', field, needs: numberNeeded, resultType: numberType, create: () => new Means(field) };
}

class Means implements Accumulators {
  readonly parts: Fields;
  private readonly sums = new ExactSums();
  private readonly counts: Counts;
  private readonly field: string;

  constructor(field: string) {
    this.field = field;
    this.counts = new Counts(field);
    this.parts = { ...this.counts.parts, ...sumParts };
  }

  grow(slots: number): void {
    this.sums.grow(slots);
    this.counts.grow(slots);
  }

  update(slots: Int32Array, rows: Int32Array, batch: Batch): void {
    this.sums.add(slots, rows, batch.columns[this.field] as Int32Column | Float64Column);
    this.counts.update(slots, rows, batch);
  }

  merge(from: Means, fromSlots: Int32Array, toSlots: Int32Array): void {
    this.sums.merge(from.sums, fromSlots, toSlots);
    this.counts.merge(from.counts, fromSlots, toSlots);
  }

  result(slots: Int32Array): Column {
    const values = Float64Array.from(slots, (slot) => this.sums.sumOf(slot) / this.counts.countOf(slot));
    return { layout: 'float64', values, validity: validityOf(slots, (slot) => this.sums.isEmpty(slot)) };
  }

  clear(slots: Int32Array): void {
    this.sums.clear(slots);
    this.counts.clear(slots);
  }

  save(slots: Int32Array): { readonly [part: string]: Column } {
    return { ...this.counts.save(slots), ...this.sums.save(slots) };
  }

  load(columns: { readonly [part: string]: Column }, length: number): void {
    this.sums.load(columns, length);
    this.counts.load(columns, length);
  }
}
