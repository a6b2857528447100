import { need, requireArguments } from '@millrace/core/operate';
import { decimal, float64, nullable, type ColumnType, type Fields } from '@millrace/core';
import type { Batch, Column, Float64Column, Int32Column } from '@millrace/core/operate';
import type { Agg, SumOf } from './agg-type.js';
import type { Accumulators, SumLimit } from './aggregation.js';
import { DecimalSums } from './decimal-sums.js';
import { ExactSums, sumParts } from './exact-sums.js';
import { validityOf } from './validity.js';

/** The columns that can be added up as doubles. */
export type NumberType = ColumnType<number, 'int32' | 'float64'>;

/** The same, said to plain JavaScript. */
export const numberNeeded = {
  text: 'int32 or float64',
  accepts: ({ kind }: ColumnType): boolean => kind === 'int32' || kind === 'float64',
};

/** The columns that can be added up. */
export type SummedType = ColumnType<unknown, 'int32' | 'float64' | 'decimal'>;

const summedNeeded = {
  text: 'int32, float64 or decimal',
  accepts: (type: ColumnType): boolean => type.kind === 'decimal' || numberNeeded.accepts(type),
};

/** A float64 that is null only where its input can be. */
export function numberType(input: ColumnType | undefined): ColumnType {
  return input?.nullable === true ? nullable(float64) : float64;
}

/**
 * Adds up a number field, exactly: the sum is rounded once, so that it is the same whatever the order of the rows. The
 * sum of a `decimal(p, s)` field is a `decimal(38, s)` and is not rounded at all.
 *
 * Nulls are left out; of only nulls it is null. NaN, and +∞ with −∞, give NaN.
 *
 * @throws MillraceError `MILLRACE_SUM_OVERFLOW` where the sum, when it is handed on, is past ±2^53 for an int32 field, or
 * has more than 38 digits for a decimal one.
 * @example
 * ```ts
 * import { float64, schema, utf8 } from '@millrace/core';
 * import { runFlow } from '@millrace/core/testing';
 * import { agg, aggregate } from '@millrace/operators';
 *
 * const Reading = schema({ device: utf8, celsius: float64 });
 * const { outputs } = runFlow(
 *   Reading,
 *   (readings) => readings.pipe(aggregate({ by: 'device', compute: { total: agg.sum('celsius') } })),
 *   [{ rows: [{ device: 'a', celsius: 0.1 }, { device: 'a', celsius: 0.2 }, { device: 'a', celsius: 0.3 }] }],
 * );
 * console.log(outputs['out']); // [ { device: 'a', total: 0.6 } ]
 * ```
 */
export function sum<K extends string>(field: K): Agg<{ [P in K]: SummedType }, SumOf<K>> {
  requireArguments('agg.sum', "agg.sum('likes')", [['field', field, need.text]]);
  return {
    name: 'sum',
    field,
    needs: summedNeeded,
    resultType: (type) => (type?.kind === 'decimal' ? decimalType(type) : numberType(type)),
    create: ({ type }) =>
      type?.kind === 'decimal' ? new DecimalSums(field, type) : new Sums(field, type?.kind === 'int32'),
  };
}

// Of as many digits as a decimal can have; null only where its input can be.
function decimalType({ scale, nullable: orNull }: ColumnType): ColumnType {
  const type = decimal(38, scale!);
  return orNull ? nullable(type) : type;
}

class Sums implements Accumulators {
  readonly parts: Fields = sumParts;
  private readonly sums = new ExactSums();
  private readonly field: string;
  private readonly whole: boolean;

  constructor(field: string, whole: boolean) {
    this.field = field;
    this.whole = whole;
  }

  grow(slots: number): void {
    this.sums.grow(slots);
  }

  update(slots: Int32Array, rows: Int32Array, batch: Batch): void {
    this.sums.add(slots, rows, batch.columns[this.field] as Int32Column | Float64Column);
  }

  merge(from: Sums, fromSlots: Int32Array, toSlots: Int32Array): void {
    this.sums.merge(from.sums, fromSlots, toSlots);
  }

  result(slots: Int32Array, overflow: (i: number, limit: SumLimit) => never): Column {
    const values = new Float64Array(slots.length);
    for (let i = 0; i < slots.length; i++) {
      if (this.whole && this.sums.isPastWhole(slots[i]!)) overflow(i, '2^53');
      values[i] = this.sums.sumOf(slots[i]!);
    }
    return { layout: 'float64', values, validity: validityOf(slots, (slot) => this.sums.isEmpty(slot)) };
  }

  clear(slots: Int32Array): void {
    this.sums.clear(slots);
  }

  save(slots: Int32Array): { readonly [part: string]: Column } {
    return this.sums.save(slots);
  }

  load(columns: { readonly [part: string]: Column }, length: number): void {
    this.sums.load(columns, length);
  }
}
