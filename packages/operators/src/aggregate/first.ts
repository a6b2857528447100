import { need, requireArguments } from '@millrace/core/operate';
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
 * import { schema, timestamp, utf8 } from '@millrace/core';
 * import { runFlow } from '@millrace/core/testing';
 * import { agg, aggregate, eventTime } from '@millrace/operators';
 *
 * const Visit = schema({ at: timestamp, page: utf8 });
 * const { outputs } = runFlow(
 *   Visit,
 *   (visits) =>
 *     visits.pipe(
 *       eventTime('at', { maxOutOfOrderness: '5s' }),
 *       aggregate({ compute: { landing: agg.first('page') } }),
 *     ),
 *   [{ rows: [{ at: new Date(2000), page: '/cart' }, { at: new Date(1000), page: '/' }] }],
 * );
 * console.log(outputs['out']); // [ { landing: '/' } ]
 * ```
 */
export function first<K extends string>(field: K): Agg<{ [P in K]: ColumnType }, SameAs<K>> {
  requireArguments('agg.first', "agg.first('likes')", [['field', field, need.text]]);
  return {
    name: 'first',
    field,
    resultType: (type) => type!,
    create: (input) => keptByOrder(field, input, (order) => order < 0),
  };
}
