import { bitAt, compareValues, need, requireArguments } from '@millrace/core/operate';
import type { Agg, SameAs } from './agg-type.js';
import { KeptRows } from './kept-rows.js';
import { NumberExtremes } from './number-extremes.js';
import { isNumbers, orderedNeeded, type OrderedType } from './ordered.js';

/**
 * The greatest value of a field, of its own type. Text goes by its UTF-8 bytes, NaN is above all numbers, −0 is 0.
 *
 * Nulls are left out; of only nulls it is null.
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
 *   (readings) => readings.pipe(aggregate({ by: 'device', compute: { warmest: agg.max('celsius') } })),
 *   [{ rows: [{ device: 'a', celsius: 21.5 }, { device: 'a', celsius: 18 }] }],
 * );
 * console.log(outputs['out']); // [ { device: 'a', warmest: 21.5 } ]
 * ```
 */
export function max<K extends string>(field: K): Agg<{ [P in K]: OrderedType }, SameAs<K>> {
  requireArguments('agg.max', "agg.max('likes')", [['field', field, need.text]]);
  return {
    name: 'max',
    field,
    needs: orderedNeeded,
    resultType: (type) => type!,
    create: ({ type }) =>
      isNumbers(type!)
        ? new Maxima(field, type!)
        : new KeptRows({
            parts: { value: type! },
            columnsOf: (batch) => [batch.columns[field]!],
            // Null comes first, so that every value is above it.
            better: ([value], row, [kept], keptRow) => compareValues(value!, row, kept!, keptRow) > 0,
          }),
  };
}

class Maxima extends NumberExtremes {
  protected override take(
    slots: Int32Array,
    rows: Int32Array,
    numbers: Int32Array | Float64Array,
    validity: Uint8Array | undefined,
  ): void {
    const { values, seen } = this;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (validity !== undefined && !bitAt(validity, row)) continue;
      const slot = slots[i]!;
      const value = numbers[row]!;
      // NaN is neither above another number nor equal to itself.
      if (seen[slot] === 0 || value > values[slot]! || value !== value) {
        values[slot] = value;
        seen[slot] = 1;
      }
    }
  }
}
