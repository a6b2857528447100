import type { ColumnType, Fields, Flow, Kind, Simplify } from '@millrace/core';
import {
  onUserLine,
  type Batch,
  isNull,
  type OperatorContext,
  operate,
  requireFields,
  requireFlow,
  selectedRows,
  need,
  requireArguments,
} from '@millrace/core/operate';
import { listText, schema } from '@millrace/core';
import { requireAppendRows, without } from '../transform/rows.js';
import { ruleFailed } from './clean.js';

type Present<C> = C extends ColumnType<infer T, infer K extends Kind> ? ColumnType<T, K, false> : never;

/** The fields behind `required`: those that are named are never null. */
export type Required<F extends Fields, N extends string> = Simplify<{
  [K in keyof F]: K extends N ? Present<F[K]> : F[K];
}>;

/**
 * Rejects records in which one of the fields is null; behind it they are not nullable.
 *
 * Keeps no state and the order of rows. The first field that is null counts. Takes append flows only.
 *
 * @throws MillraceError `MILLRACE_FIELD_MISSING` when the graph is built.
 * @example
 * ```ts
 * import { nullable, schema, timestamp, utf8, type Flow } from '@millrace/core';
 * import { required } from '@millrace/operators';
 *
 * const Reading = schema({ device: nullable(utf8), at: nullable(timestamp) });
 * const graph = (readings: Flow<typeof Reading.fields>) => readings.pipe(required('device', 'at'));
 * ```
 */
export function required<F extends Fields, N extends keyof F & string>(
  ...names: readonly N[]
): (flow: Flow<F>) => Flow<Required<F, N> extends infer X extends Fields ? X : never> {
  requireArguments('required', "required('unique_id')", [['fields', names, need.texts]]);
  return onUserLine((flow) => {
    requireFlow('required', flow);
    requireAppendRows('required', flow);
    requireFields(
      'required',
      flow.schema,
      names.map((field) => ({ field, uses: 'rejects nulls of' })),
    );
    const fields: Fields = flow.schema.fields;
    const present = Object.fromEntries(names.map((name) => [name, { ...fields[name]!, nullable: false }]));
    return operate(flow, {
      operator: 'required',
      arguments: listText(names, 3),
      schema: schema({ ...fields, ...present }) as never,
      needs: (needed) => [new Set([...needed, ...names])],
      create: (context) => ({ batch: (batch) => rejectNulls(context, names, batch) }),
    });
  });
}

const missing = Symbol('is null or missing');

function rejectNulls(context: OperatorContext, names: readonly string[], batch: Batch): void {
  let rows = selectedRows(batch);
  const rejected = names.flatMap((name) => {
    const column = batch.columns[name]!;
    if (column.validity === undefined) return [];
    const nulls = Array.from(
      rows.filter((row) => isNull(column, row)),
      (row) => ruleFailed(row, name, missing),
    );
    rows = without(rows, nulls);
    return nulls;
  });
  context.reject(
    batch,
    rejected.sort((a, b) => a.row - b.row),
  );
  context.ledger.taken += rows.length;
  context.emit({ ...batch, selection: rejected.length === 0 ? batch.selection : rows });
}
