import type { Fields, Flow, Mode } from '@millrace/core';
import { type Batch, operate, type Operator, rowCount } from '@millrace/core/operate';

/** Other columns over the same rows: what select, rename and withMetadata come down to. Every row is passed on. */
export function project<F extends Fields, M extends Mode, O extends Fields>(
  flow: Flow<F, M>,
  operator: Omit<Operator<O, M>, 'create'>,
  columns: (batch: Batch) => Batch['columns'],
): Flow<O, M> {
  return operate<O, M>(flow, {
    ...operator,
    create: (context) => ({
      batch(batch) {
        context.ledger.taken += rowCount(batch);
        context.emit({ ...batch, columns: columns(batch) });
      },
    }),
  });
}
