import {
  isNull,
  jsonBytes,
  keyBytes,
  partitionOfKey,
  rowsOf,
  type Batch,
  type BytesColumn,
} from '@millrace/core/connector';
import type { Fields } from '@millrace/core';

/** A record that is about to be written. */
export interface Message {
  readonly partition: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly MessageHeader[];
}

/** A header of a record. */
export type MessageHeader = readonly [name: string, value: string | Uint8Array];

/** Makes records of rows: of as many as a batch has. */
export type MessagesOf = (batch: Batch) => Message[];

/** Rows as JSON; with `keyedBy` that field is the key. */
export function jsonMessages(fields: Fields, keyedBy: string | undefined, partitions: () => number): MessagesOf {
  const place = placing(partitions);
  return (batch) =>
    rowsOf(fields, batch).map((row) => {
      const key = keyedBy === undefined ? null : keyBytes(row[keyedBy]);
      return { partition: place(key), key, value: jsonBytes(fields, row), headers: [] };
    });
}

/** Records that were put aside: key and value as they were, and why in the headers. */
export function deadLetterMessages(fields: Fields, partitions: () => number): MessagesOf {
  const place = placing(partitions);
  return (batch) =>
    rowsOf(fields, batch).map((row) => {
      const { key, value, ...why } = row as { key: Uint8Array | null; value: Uint8Array | null };
      const headers = Object.entries(why).flatMap(([name, part]): MessageHeader[] => {
        if (part === null || part === '') return [];
        return [
          [`millrace.${name}`, part instanceof Date ? part.toISOString() : `${part as string | number | bigint}`],
        ];
      });
      return { partition: place(key), key, value, headers };
    });
}

/**
 * A key's partition is by its hash, as Java's producers have it; records without one go to the partitions in turn. How
 * many there are may grow.
 */
export function placing(partitions: () => number): (key: Uint8Array | null) => number {
  let turn = 0;
  return (key) => (key === null ? turn++ % partitions() : partitionOfKey(key, partitions()));
}

/** The bytes of one row of a column; null where it is null. */
export function bytesAt(column: BytesColumn, row: number): Uint8Array | null {
  return isNull(column, row) ? null : column.bytes.subarray(column.offsets[row], column.offsets[row + 1]);
}

/** About how many bytes a record takes. */
export function sizeOf({ key, value, headers }: Message): number {
  const inHeaders = headers.reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  return 24 + (key?.length ?? 0) + (value?.length ?? 0) + inHeaders;
}

/** A record as kafkajs takes it. */
export function kafkaJsMessage({ partition, key, value, headers }: Message): {
  partition: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string | Buffer>;
} {
  return { partition, key: bufferOf(key), value: bufferOf(value), headers: kafkaJsHeaders(headers) };
}

function kafkaJsHeaders(headers: readonly MessageHeader[]): Record<string, string | Buffer> {
  return Object.fromEntries(
    headers.map(([name, value]) => [name, typeof value === 'string' ? value : bufferOf(value)!]),
  );
}

function bufferOf(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
