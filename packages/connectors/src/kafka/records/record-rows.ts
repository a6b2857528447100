import { binaryBuilder, type RecordHeaders, type Records } from '@millrace/core/connector';
import type { BatchHead } from './batch-head.js';

/** The records of one batch, unpacked, and how far they have been read. */
export interface OpenBatch {
  readonly head: BatchHead;
  readonly bytes: Buffer;
  at: number;
  left: number;
}

/** Gathers records of one partition as columns. */
export interface RecordRows {
  readonly length: number;
  /** Bytes of keys and values so far. */
  readonly size: number;
  /** Reads the next record of a batch; keeps it if its offset is `from` or above, and below `to`. Gives its offset. */
  add(batch: OpenBatch, from: number, to: number): number;
  finish(partition: number, next: number): Records;
}

const utf8 = new TextDecoder();

/** An empty gathering of at most `rowsMax` records. */
export function recordRows(rowsMax: number): RecordRows {
  const offsets = new Float64Array(rowsMax);
  const brokerTimes = new Float64Array(rowsMax);
  const keys = binaryBuilder();
  const values = binaryBuilder();
  const headers: RecordHeaders[] = [];
  let hasHeaders = false;
  let length = 0;
  let size = 0;
  return {
    get length() {
      return length;
    },
    get size() {
      return size;
    },
    add(batch, from, to) {
      const { head, bytes } = batch;
      const varint = reading(batch);
      const recordSize = varint();
      const end = batch.at + recordSize;
      if (recordSize < 6 || end > bytes.length) throw new RangeError('a record is cut off');
      batch.at++;
      const time = head.baseTime + varint();
      const offset = head.baseOffset + varint();
      batch.left--;
      if (offset < from || offset >= to) {
        batch.at = end;
        return offset;
      }
      for (const column of [keys, values]) {
        const part = varint();
        if (part < 0) column.appendNull();
        else {
          if (batch.at + part > end) throw new RangeError('a record is cut off');
          column.appendBytes(bytes, batch.at, batch.at + part);
          batch.at += part;
          size += part;
        }
      }
      const count = varint();
      headers.push(count === 0 ? noHeaders : readHeaders(batch, count, varint));
      hasHeaders ||= count > 0;
      if (batch.at !== end) throw new RangeError('a record has another length than it says');
      offsets[length] = offset;
      brokerTimes[length++] = head.appendTime ?? time;
      return offset;
    },
    finish(partition, next) {
      return {
        partition,
        length,
        offsets: offsets.slice(0, length),
        next,
        brokerTimes: brokerTimes.slice(0, length),
        keys: keys.finish(),
        values: values.finish(),
        headers: hasHeaders ? headers : undefined,
        decoded: undefined,
      };
    },
  };
}

const noHeaders: RecordHeaders = [];

function readHeaders(batch: OpenBatch, count: number, varint: () => number): RecordHeaders {
  const part = (): Uint8Array | null => {
    const size = varint();
    if (size < 0) return null;
    const bytes = batch.bytes.subarray(batch.at, batch.at + size);
    batch.at += size;
    return new Uint8Array(bytes);
  };
  return Array.from({ length: count }, () => [utf8.decode(part() ?? new Uint8Array(0)), part()] as const);
}

/** Reads numbers as zigzag varints, at the place of the batch. Times need more than 32 bits. */
function reading(batch: OpenBatch): () => number {
  const { bytes } = batch;
  return () => {
    let byte = bytes[batch.at++]!;
    if (byte < 128) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 127;
    let scale = 128;
    do {
      if (batch.at >= bytes.length) throw new RangeError('a record is cut off');
      byte = bytes[batch.at++]!;
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte >= 128);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  };
}
