import {
  type ColumnType,
  type Fields,
  type Flow,
  type Mode,
  type Row,
  schema,
  type Simplify,
  type ValueOf,
} from '@millrace/core';
import {
  onUserLine,
  columnOf,
  operate,
  requireFlow,
  valueProblem,
  optionsOf,
  requireArguments,
} from '@millrace/core/operate';
import { requireFresh, type Without } from './names.js';
import { rowFunction, type RowFunctionOptions } from './row-function.js';

/** The fields behind `withColumn`. */
export type WithColumn<F extends Fields, K extends string, C extends ColumnType> = Simplify<F & { [P in K]: C }>;

/**
 * Adds a column, computed from each row by a pure function.
 *
 * A row on which it throws, or whose value does not fit the type, is rejected (`onError: 'fail'` ends the run instead;
 * on an upsert flow nothing else is possible). Keeps no state, the order of rows and their event time.
 *
 * @throws MillraceError `MILLRACE_FIELD_COLLISION` where there is such a field, `MILLRACE_SCHEMA_INVALID` where `type` is none.
 * @example
 * ```ts
 * import { bool, int32, schema, utf8, type Flow } from '@millrace/core';
 * import { withColumn } from '@millrace/operators';
 *
 * const Pin = schema({ category: utf8, follower_count: int32 });
 * const graph = (pins: Flow<typeof Pin.fields>) =>
 *   pins.pipe(withColumn('popular', bool, (pin) => pin.follower_count > 100_000));
 * ```
 */
export function withColumn<F extends Without<K>, M extends Mode, const K extends string, C extends ColumnType>(
  name: K,
  type: C,
  value: (row: Row<F>) => ValueOf<C>,
  options: RowFunctionOptions = {},
): (flow: Flow<F, M>) => Flow<WithColumn<F, K, C> extends infer X extends Fields ? X : never, M> {
  requireArguments('withColumn', "withColumn('popular', bool, (pin) => pin.likes > 100)", [
    ['options', options, optionsOf('onError')],
  ]);
  return onUserLine((flow) => {
    requireFlow('withColumn', flow);
    const operator = `withColumn(${name})`;
    requireFresh(operator, flow.schema.fields, [name]);
    const rows = rowFunction(operator, flow, name, value, options);
    return operate(flow, {
      operator: 'withColumn',
      arguments: name,
      schema: schema<Fields>({ ...flow.schema.fields, [name]: type }) as never,
      create(context) {
        const eachRow = rows(context);
        return {
          batch(batch) {
            const values = new Array<unknown>(batch.length);
            const kept = eachRow(batch, (row, at) => {
              const made = value(row);
              const problem = valueProblem(type, made);
              if (problem !== undefined) return { field: name, problem };
              values[at] = made;
              return undefined;
            });
            context.ledger.taken += kept.length;
            const columns = { ...batch.columns, [name]: columnOf(type, values) };
            context.emit({ ...batch, columns, selection: kept.length === batch.length ? undefined : kept });
          },
        };
      },
    });
  });
}
