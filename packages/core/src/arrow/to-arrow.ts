import type { Table } from 'apache-arrow';
import { having, requireArguments } from '../error/arguments.js';
import { type Batch } from '../batch/batch.js';
import { compact } from '../batch/take.js';
import type { Schema } from '../schema/schema.js';

/**
 * The rows that are in a batch as an Arrow table. Shares the batch's memory where nothing was filtered out. Loads
 * `apache-arrow` at the first call, so that who does not need it does not wait for it.
 *
 * @example
 * ```ts
 * import { schema, toArrow, utf8 } from '@millrace/core';
 * import { batchOf } from '@millrace/core/testing';
 *
 * const Pin = schema({ id: utf8 });
 * const table = await toArrow(batchOf(Pin, [{ id: 'a' }]), Pin);
 * console.log(table.numRows); // 1
 * ```
 */
export async function toArrow(batch: Batch, schema: Schema): Promise<Table> {
  requireArguments('toArrow', 'toArrow(batch, Pin)', [
    ['batch', batch, having('a batch', 'length', 'columns')],
    ['schema', schema, having('a schema', 'fields')],
  ]);
  const { fields } = schema;
  const [arrow, { toRecordBatch }] = await Promise.all([import('apache-arrow'), import('./record-batch.js')]);
  return new arrow.Table(toRecordBatch(fields, compact(batch)));
}
