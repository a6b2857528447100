import type { RecordHeaders } from '@millrace/core/connector';
import type { BatchHead } from './batch-head.js';

/** The records of one batch, unpacked, and how far they have been read. */
export interface OpenBatch {
  readonly head: BatchHead;
  readonly bytes: Buffer;
  at: number;
  left: number;
}

/** What a record says of itself, and where its parts stand. One object for all records: reading one makes none. */
export interface RecordPlace {
  offset: number;
  time: number;
  keyAt: number;
  /** −1 of a record without a key, and of a tombstone's value. */
  keySize: number;
  valueAt: number;
  valueSize: number;
  headersAt: number;
  /** Behind the record. */
  end: number;
}

/** A place to read records into. */
export function recordPlace(): RecordPlace {
  return { offset: 0, time: 0, keyAt: 0, keySize: 0, valueAt: 0, valueSize: 0, headersAt: 0, end: 0 };
}

/** Reads the record at which a batch stands, up to its headers. */
export function readRecord(batch: OpenBatch, place: RecordPlace): void {
  const { head } = batch;
  const size = varint(batch);
  place.end = batch.at + size;
  if (size < 6 || place.end > batch.bytes.length) throw cutOff();
  batch.at++;
  place.time = head.appendTime ?? head.baseTime;
  const sinceBase = varint(batch);
  if (head.appendTime === undefined) place.time += sinceBase;
  place.offset = head.baseOffset + varint(batch);
  place.keySize = varint(batch);
  place.keyAt = batch.at;
  if (place.keySize > 0) batch.at += place.keySize;
  place.valueSize = varint(batch);
  place.valueAt = batch.at;
  if (place.valueSize > 0) batch.at += place.valueSize;
  place.headersAt = batch.at;
  if (batch.at >= place.end) throw cutOff();
  // Without headers it ends behind their number. With some, whoever reads them finds out.
  if (batch.bytes[batch.at] === 0 && batch.at + 1 !== place.end) throw otherLength();
}

/** None, which is what most records have. */
export const noHeaders: RecordHeaders = [];

const utf8 = new TextDecoder();

/** Reads the headers of a record, which end where it does. */
export function readHeaders(batch: OpenBatch, { headersAt, end }: RecordPlace): RecordHeaders {
  batch.at = headersAt;
  const part = (): Uint8Array | null => {
    const size = varint(batch);
    if (size < 0) return null;
    const bytes = batch.bytes.subarray(batch.at, batch.at + size);
    batch.at += size;
    return new Uint8Array(bytes);
  };
  const count = varint(batch);
  const headers =
    count === 0
      ? noHeaders
      : Array.from({ length: count }, () => [utf8.decode(part() ?? new Uint8Array(0)), part()] as const);
  if (batch.at !== end) throw otherLength();
  return headers;
}

/** Reads a number as a zigzag varint, at the place of the batch. Times need more than 32 bits. */
function varint(batch: OpenBatch): number {
  const { bytes } = batch;
  let byte = bytes[batch.at++]!;
  if (byte < 128) return (byte >>> 1) ^ -(byte & 1);
  let value = byte & 127;
  let scale = 128;
  do {
    if (batch.at >= bytes.length) throw cutOff();
    byte = bytes[batch.at++]!;
    value += (byte & 127) * scale;
    scale *= 128;
  } while (byte >= 128);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function otherLength(): RangeError {
  return new RangeError('a record has another length than it says');
}

function cutOff(): RangeError {
  return new RangeError('a record is cut off');
}
