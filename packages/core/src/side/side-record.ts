import type { Batch } from '../batch/batch.js';
import { columnOf } from '../batch/build.js';
import type { Column } from '../batch/column.js';
import { isNull } from '../batch/column.js';
import { rowReader, valueAt } from '../batch/rows.js';
import { sourceOrder } from '../batch/source-order.js';
import type { RejectedRow } from '../connector/records.js';
import { jsonBytes } from '../decode/json-bytes.js';
import {
  binary,
  int32,
  int64,
  nullable,
  timestamp,
  utf8,
  type ColumnType,
  type Fields,
} from '../schema/column-type.js';
import { schema, type Schema } from '../schema/schema.js';

/** The fields of late and of rejected records: what is known of a record that was put aside. */
export interface SideFields extends Record<string, ColumnType> {
  /** The input of the job that it came from. */
  readonly source: ColumnType<string, 'utf8', false>;
  readonly partition: ColumnType<number, 'int32', false>;
  readonly offset: ColumnType<bigint, 'int64', false>;
  /** Null where the source has none. */
  readonly brokerTime: ColumnType<Date, 'timestamp', true>;
  readonly operator: ColumnType<string, 'utf8', false>;
  /** Why, of the vocabulary of error codes. */
  readonly code: ColumnType<string, 'utf8', false>;
  /** The field at fault; empty where it is the whole record. */
  readonly field: ColumnType<string, 'utf8', false>;
  /** The reason in one sentence, without values. */
  readonly sentence: ColumnType<string, 'utf8', false>;
  /** Null where the record has none, and where rows are no records any more (see `value`). */
  readonly key: ColumnType<Uint8Array, 'binary', true>;
  /**
   * The bytes of the record. Behind `flatten`, `dedup`, an exchange or an aggregate, where rows have left their records:
   * the row itself, as JSON of the fields that were there.
   */
  readonly value: ColumnType<Uint8Array, 'binary', true>;
}

const sideFields: SideFields = {
  source: utf8,
  partition: int32,
  offset: int64,
  brokerTime: nullable(timestamp),
  operator: utf8,
  code: utf8,
  field: utf8,
  sentence: utf8,
  key: nullable(binary),
  value: nullable(binary),
};

/** The schema of records that came after the watermark of their partition. */
export const LateRecord: Schema<SideFields> = schema(sideFields);

/** The schema of records that could not be read, or that a rule or a function refused. */
export const RejectedRecord: Schema<SideFields> = schema(sideFields);

/** The types of the order columns of side records: source, partition, offset. */
export const sideOrder: readonly ColumnType[] = [utf8, int32, { kind: 'float64', nullable: false }];

/** The batch of side records for some rows of `batch`, of the given fields, as `operator` put them aside. */
export function sideBatch(batch: Batch, operator: string, reasons: readonly RejectedRow[], fields: Fields): Batch {
  const places = reasons.map(({ row }) => placeOf(batch, row));
  const records = batch.origin?.records;
  const rowBytes = records === undefined ? rowJson(batch, fields) : undefined;
  const bytesOf = (column: Column | undefined, row: number): unknown =>
    column === undefined || isNull(column, row) ? null : valueAt(binary, column, row);
  const rows = reasons.map(({ row, code, field, sentence }, i): Record<string, unknown> => {
    const { source, partition, offset } = places[i]!;
    const brokerTime = records?.brokerTimes[row] ?? -1;
    return {
      source,
      partition,
      offset: BigInt(offset),
      brokerTime: brokerTime === -1 ? null : new Date(brokerTime),
      operator,
      code,
      field,
      sentence,
      key: bytesOf(records?.keys, row),
      value: rowBytes === undefined ? bytesOf(records?.values, row) : rowBytes(row),
    };
  });
  const columns = Object.fromEntries(
    Object.entries(sideFields).map(([name, type]) => [
      name,
      columnOf(
        type,
        rows.map((row) => row[name]),
      ),
    ]),
  );
  const order = sourceOrder(
    '',
    0,
    Float64Array.from(places, (place) => place.offset),
  );
  return {
    length: reasons.length,
    selection: undefined,
    columns,
    time: undefined,
    order: [columns['source']!, columns['partition']!, order[2]!],
    group: Int32Array.from(places, (place) => Math.max(place.partition, 0)),
    origin: undefined,
  };
}

// Only the columns that somebody needs are there.
function rowJson(batch: Batch, fields: Fields): (row: number) => Uint8Array {
  const present = Object.fromEntries(Object.entries(fields).filter(([name]) => batch.columns[name] !== undefined));
  const read = rowReader(present)(batch);
  return (row) => jsonBytes(present, read(row));
}

/** Where the record behind a row lies; partition and offset are −1 where rows are no records any more. */
export function placeOf(batch: Batch, row: number): { source: string; partition: number; offset: number } {
  if (batch.origin !== undefined) {
    const { source, records } = batch.origin;
    return { source, partition: records.partition, offset: records.offsets[row]! };
  }
  // Rows that left their record still carry its place in their order, unless an aggregate made them.
  const [source, partition, offset] = batch.order;
  if (batch.order.length < 3 || partition?.layout !== 'int32' || offset?.layout !== 'float64' || isNull(source!, row)) {
    return { source: '', partition: -1, offset: -1 };
  }
  return {
    source: valueAt(utf8, source!, row) as string,
    partition: partition.values[row]!,
    offset: offset.values[row]!,
  };
}
