import { selectedRows, type Batch } from '../batch/batch.js';
import { isNull, type BytesColumn, type DictionaryColumn } from '../batch/column.js';
import { columnReader } from '../batch/rows.js';
import { bytesText, entriesOf, entryOf } from '../batch/text.js';
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
  const { keys, partition, offsets } = batch.origin!.records;
  const hasKey =
    column.layout === 'bytes' || column.layout === 'dictionary'
      ? hasBytes(keys, column)
      : hasText(keys, columnReader(fields[field]!, column));
  const rows = selectedRows(batch);
  for (let i = 0; i < rows.length; i++) {
    if (hasKey(rows[i]!)) continue;
    throw millraceError('MILLRACE_SOURCE_KEY', { source: label, field, partition, offset: offsets[rows[i]!]! });
  }
}

function hasBytes(keys: BytesColumn, column: BytesColumn | DictionaryColumn): (row: number) => boolean {
  const { offsets, bytes } = entriesOf(column);
  return (row) => {
    if (isNull(keys, row)) return isNull(column, row);
    const entry = entryOf(column, row);
    const from = keys.offsets[row]!;
    const length = keys.offsets[row + 1]! - from;
    const at = offsets[entry]!;
    if (isNull(column, row) || offsets[entry + 1]! - at !== length) return false;
    for (let i = 0; i < length; i++) if (bytes[at + i] !== keys.bytes[from + i]) return false;
    return true;
  };
}

function hasText(keys: BytesColumn, valueOf: (row: number) => unknown): (row: number) => boolean {
  return (row) => {
    const value = valueOf(row);
    if (isNull(keys, row)) return value === null;
    const key = bytesText(keys.bytes, keys.offsets[row]!, keys.offsets[row + 1]!);
    return (typeof value === 'number' || typeof value === 'bigint') && key === String(value);
  };
}
