import type { Batch } from '../batch/batch.js';
import { isNull, type BytesColumn } from '../batch/column.js';
import { valueAt } from '../batch/rows.js';
import { constantPartition, sourceOrder } from '../batch/source-order.js';
import type { DecodedRecords, Records, RejectedRow } from '../connector/records.js';
import { millraceError } from '../error/millrace-error.js';
import type { Schema } from '../schema/schema.js';

/** The batch of decoded records: rows and records are one to one, and rejected rows are not selected. */
export function sourceBatch(
  source: string,
  records: Records,
  columns: DecodedRecords['columns'],
  rejected: readonly RejectedRow[],
): Batch {
  const { partition, length, offsets } = records;
  return {
    length,
    selection: rejected.length === 0 ? undefined : rowsWithout(length, rejected),
    columns,
    time: undefined,
    order: sourceOrder(source, partition, offsets),
    group: constantPartition(partition, length),
    origin: { source, records },
  };
}

function rowsWithout(length: number, rejected: readonly RejectedRow[]): Int32Array {
  const out = new Uint8Array(length);
  for (const { row } of rejected) out[row] = 1;
  const rows = new Int32Array(length - rejected.length);
  let count = 0;
  for (let row = 0; row < length; row++) if (out[row] === 0) rows[count++] = row;
  return rows;
}

/**
 * Refuses, per record, a source whose records do not have the key that `keyedBy` promises: what is grouped by it would
 * be answered wrongly, one key in two places.
 */
export function checkKeys(label: string, field: string, batch: Batch, { fields }: Schema): void {
  const column = batch.columns[field]!;
  const { records } = batch.origin!;
  const { selection } = batch;
  for (let i = 0; i < (selection?.length ?? batch.length); i++) {
    const row = selection === undefined ? i : selection[i]!;
    if (hasKey(records.keys, row, valueAt(fields[field]!, column, row))) continue;
    const { partition, offsets } = records;
    throw millraceError('MILLRACE_SOURCE_KEY', { source: label, field, partition, offset: offsets[row]! });
  }
}

const decoder = new TextDecoder();

function hasKey(keys: BytesColumn, row: number, value: unknown): boolean {
  if (isNull(keys, row)) return value === null;
  const key = decoder.decode(keys.bytes.subarray(keys.offsets[row], keys.offsets[row + 1]));
  return (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') && key === String(value);
}
