import { selectedRows, type Batch } from '../batch/batch.js';
import { columnOf, columnsOf } from '../batch/build.js';
import { isNull } from '../batch/column.js';
import { rowsOf, valueAt } from '../batch/rows.js';
import type { Records } from '../connector/records.js';
import type { PlanNode } from '../plan/node.js';
import type { ReferenceRecord, ReferenceRow } from '../plan/reference.js';
import { binary, nullable } from '../schema/column-type.js';

/** A batch of one row, as the operators behind `node` would get it. */
export function batchOfRow(node: PlanNode, { row, time, order, record }: ReferenceRow): Batch {
  return {
    length: 1,
    selection: undefined,
    columns: columnsOf(node.schema.fields, [row]),
    time: time === undefined ? undefined : Float64Array.of(time),
    order: node.order.map((type, i) => columnOf(nullable(type), [order[i]])),
    group: Int32Array.of(record?.partition ?? 0),
    origin: record === undefined ? undefined : { source: record.source, records: recordsOfOne(record) },
  };
}

/** The selected rows of a batch that `node` has emitted. */
export function rowsOfBatch(node: PlanNode, batch: Batch, record: ReferenceRecord | undefined): ReferenceRow[] {
  const rows = rowsOf(node.schema.fields, batch);
  return Array.from(selectedRows(batch), (at, i) => ({
    row: rows[i] as { readonly [name: string]: unknown },
    time: batch.time?.[at],
    order: batch.order.map((column, k) => valueAt(nullable(node.order[k]!), column, at)),
    record,
  }));
}

/** The record behind row `at` of `records`, as plain values. */
export function recordAt(source: string, records: Records, at: number): ReferenceRecord {
  const bytes = (column: Records['keys']): Uint8Array | null =>
    isNull(column, at) ? null : (valueAt(binary, column, at) as Uint8Array);
  return {
    source,
    partition: records.partition,
    offset: records.offsets[at]!,
    brokerTime: records.brokerTimes[at]!,
    key: bytes(records.keys),
    value: bytes(records.values),
    headers: records.headers?.[at] ?? [],
  };
}

function recordsOfOne({ partition, offset, brokerTime, key, value, headers }: ReferenceRecord): Records {
  return {
    partition,
    length: 1,
    offsets: Float64Array.of(offset),
    next: offset + 1,
    brokerTimes: Float64Array.of(brokerTime),
    keys: columnOf(nullable(binary), [key]) as Records['keys'],
    values: columnOf(nullable(binary), [value]) as Records['values'],
    headers: [headers],
    decoded: undefined,
  };
}
