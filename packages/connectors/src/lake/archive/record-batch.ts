import type { Fields } from '@millrace/core';
import { type BytesColumn, bytesColumnOf, type Column, columnOf, type DecodedRecords, isNull, type RecordHeaders, type Records, type RejectedRow, valueAt } from '@millrace/core/connector'; // prettier-ignore
import type { FileBatch } from '../parquet/codec.js';
import { recordFields } from './layout.js';

/** Records and what became of decoding them, as rows of an archive. */
export function fileBatchOf(records: Records, decoded: DecodedRecords, schema: string): FileBatch {
  const { length, partition, offsets, brokerTimes, keys, values, headers } = records;
  const columns: { [name: string]: Column } = {
    _partition: { layout: 'int32', values: new Int32Array(length).fill(partition), validity: undefined },
    _offset: { layout: 'int64', values: longsOf(offsets), validity: undefined },
    _key: keys,
    _headers: headersColumn(headers, length),
    _broker_time: brokerTimeColumn(brokerTimes),
    _schema: constantText(schema, length),
    _value: values,
    _error: errorColumn(decoded.rejected, length),
  };
  return { length, columns: { ...decoded.columns, ...columns } };
}

/** What a part of an archive's file was read for. */
export interface ReadPart {
  readonly partition: number;
  /** The position behind the rows. */
  readonly next: number;
  readonly offsets: Float64Array;
  /** The decoded columns that were read; undefined where the raw values are to be decoded again. */
  readonly decodedFields: Fields | undefined;
  readonly repaired: number;
  readonly repeatedKeys: number;
}

/** Rows of an archive as the records that they were. Columns that were not read are those of records without them. */
export function recordsOfBatch(batch: FileBatch, part: ReadPart): Records {
  const { length, columns } = batch;
  const { partition, next, offsets } = part;
  return {
    partition,
    length,
    offsets,
    next,
    brokerTimes: brokerTimesOf(columns['_broker_time'], length),
    keys: bytesOrNulls(columns['_key'], length),
    values: bytesOrNulls(columns['_value'], length),
    headers: headersOf(columns['_headers'], length),
    decoded: decodedOf(batch, part),
  };
}

/** Offsets out of their column. */
export function offsetsOf(column: Column): Float64Array {
  if (column.layout !== 'int64') throw new Error(`offsets are ${column.layout}`);
  const words = new Int32Array(column.values.buffer, column.values.byteOffset, column.values.length * 2);
  const offsets = new Float64Array(column.values.length);
  for (let i = 0; i < offsets.length; i++) offsets[i] = words[2 * i + 1]! * 2 ** 32 + (words[2 * i]! >>> 0);
  return offsets;
}

function longsOf(offsets: Float64Array): BigInt64Array {
  const longs = new BigInt64Array(offsets.length);
  const words = new Int32Array(longs.buffer);
  for (let i = 0; i < offsets.length; i++) {
    words[2 * i] = offsets[i]!;
    words[2 * i + 1] = Math.floor(offsets[i]! / 2 ** 32);
  }
  return longs;
}

function headersColumn(headers: readonly RecordHeaders[] | undefined, length: number): Column {
  const rows = headers?.map((entries) =>
    entries.length === 0 ? null : entries.map(([name, value]) => ({ name, value })),
  );
  return columnOf(recordFields._headers, rows ?? new Array<null>(length).fill(null));
}

function headersOf(column: Column | undefined, length: number): RecordHeaders[] | undefined {
  if (column === undefined) return undefined;
  const present = Array.from({ length }, (_, row) => !isNull(column, row));
  if (!present.includes(true)) return undefined;
  return Array.from({ length }, (_, row) => {
    const entries = valueAt(recordFields._headers, column, row) as { name: string; value: Uint8Array | null }[] | null;
    return (entries ?? []).map(({ name, value }) => [name, value] as const);
  });
}

function brokerTimeColumn(brokerTimes: Float64Array): Column {
  const times = Array.from(brokerTimes, (time) => (time === -1 ? null : new Date(time)));
  return columnOf(recordFields._broker_time, times);
}

function brokerTimesOf(column: Column | undefined, length: number): Float64Array {
  if (column?.layout !== 'float64') return new Float64Array(length).fill(-1);
  if (column.validity === undefined) return column.values;
  return column.values.map((time, row) => (isNull(column, row) ? -1 : time));
}

function constantText(text: string, length: number): Column {
  const dictionary = bytesColumnOf([text]);
  return { layout: 'dictionary', codes: new Int32Array(length), dictionary, validity: undefined };
}

function errorColumn(rejected: readonly RejectedRow[], length: number): Column {
  const texts = new Array<string | null>(length).fill(null);
  for (const { row, code, field, sentence } of rejected) texts[row] = JSON.stringify([code, field, sentence]);
  return columnOf(recordFields._error, texts);
}

function decodedOf({ columns, length }: FileBatch, part: ReadPart): DecodedRecords | undefined {
  const { decodedFields, repaired, repeatedKeys } = part;
  if (decodedFields === undefined) return undefined;
  const rejected: RejectedRow[] = [];
  const errors = columns['_error'];
  for (let row = 0; errors !== undefined && row < length; row++) {
    const text = valueAt(recordFields._error, errors, row);
    if (typeof text !== 'string') continue;
    const [code, field, sentence] = JSON.parse(text) as [string, string, string];
    rejected.push({ row, code, field, sentence });
  }
  const names = Object.keys(decodedFields);
  return { columns: Object.fromEntries(names.map((name) => [name, columns[name]!])), rejected, repaired, repeatedKeys };
}

function bytesOrNulls(column: Column | undefined, length: number): BytesColumn {
  if (column?.layout === 'bytes') return column;
  const validity = new Uint8Array((length + 7) >> 3);
  return { layout: 'bytes', offsets: new Int32Array(length + 1), bytes: new Uint8Array(0), validity };
}
