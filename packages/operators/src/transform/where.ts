import { bool, type Fields, type Flow, type Row } from '@millrace/core';
import {
  onUserLine,
  operate,
  requireFlow,
  select,
  valueProblem,
  optionsOf,
  requireArguments,
} from '@millrace/core/operate';
import { rowFunction, type RowFunctionOptions } from './row-function.js';
import { requireAppendRows } from './rows.js';

/**
 * Keeps the rows for which `predicate` is true; the others are counted as filtered.
 *
 * The predicate is pure and gets a plain object. A row on which it throws or gives no boolean is rejected
 * (`onError: 'fail'` ends the run instead). Keeps no state and the order of rows. Takes append flows only: a row of an
 * upsert flow that no longer matches would leave the row that it replaces.
 *
 * @throws MillraceError `MILLRACE_MODE_UNFIT` on an upsert flow, `MILLRACE_OPTION_INVALID`.
 * @example
 * ```ts
 * import { nullable, int32, schema, utf8, type Flow } from '@millrace/core';
 * import { where } from '@millrace/operators';
 *
 * const Pin = schema({ category: utf8, follower_count: nullable(int32) });
 * const graph = (pins: Flow<typeof Pin.fields>) => pins.pipe(where((pin) => pin.follower_count !== null));
 * ```
 */
export function where<F extends Fields>(
  predicate: (row: Row<F>) => boolean,
  options: RowFunctionOptions = {},
): (flow: Flow<F>) => Flow<F> {
  requireArguments('where', "where((pin) => pin.category !== '')", [['options', options, optionsOf('onError')]]);
  return onUserLine((flow) => {
    requireFlow('where', flow);
    requireAppendRows('where', flow);
    const rows = rowFunction('where', flow, '', predicate, options);
    return operate<F, 'append'>(flow, {
      operator: 'where',
      schema: flow.schema,
      create(context) {
        const eachRow = rows(context);
        return {
          batch(batch) {
            const kept = new Int32Array(batch.length);
            let count = 0;
            const decided = eachRow(batch, (row, at) => {
              const keep = predicate(row);
              const problem = valueProblem(bool, keep);
              if (problem !== undefined) return { field: '', problem };
              if (keep) kept[count++] = at;
              return undefined;
            });
            context.ledger.taken += count;
            context.ledger.filtered += decided.length - count;
            context.emit(count === batch.length ? batch : select(batch, kept.slice(0, count)));
          },
        };
      },
    });
  });
}
