import type { ColumnType } from '@millrace/core';
import type { Agg, SameAs } from './agg-type.js';
import { keptByOrder } from './kept-by-order.js';

/**
 * The value of a field in the row that is first by (time, order): on a flow without event time, by order.
 *
 * It is taken as it is, null included, so that the results of `first` of several fields belong to one row.
 *
 * @example
 * ```ts
 * import { agg, aggregate, session } from '@millrace/operators';
 *
 * const landings = aggregate({ window: session('30m'), by: 'user', compute: { landing: agg.first('page') } });
 * ```
 */
export function first<K extends string>(field: K): Agg<{ [P in K]: ColumnType }, SameAs<K>> {
  return {
    name: 'first',
    field,
    resultType: (type) => type!,
    create: (input) => keptByOrder(field, input, (order) => order < 0),
  };
}
