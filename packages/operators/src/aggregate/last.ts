import type { ColumnType } from '@millrace/core';
import type { Agg, SameAs } from './agg-type.js';
import { keptByOrder } from './kept-by-order.js';

/**
 * The value of a field in the row that is last by (time, order): on a flow without event time, by order.
 *
 * It is taken as it is, null included, so that the results of `last` of several fields belong to one row.
 *
 * @example
 * ```ts
 * import { agg, aggregate } from '@millrace/operators';
 *
 * const latest = aggregate({ by: 'device', compute: { temperature: agg.last('temperature') } });
 * ```
 */
export function last<K extends string>(field: K): Agg<{ [P in K]: ColumnType }, SameAs<K>> {
  return {
    name: 'last',
    field,
    resultType: (type) => type!,
    create: (input) => keptByOrder(field, input, (order) => order > 0),
  };
}
