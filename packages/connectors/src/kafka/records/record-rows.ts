import { copiedValues, noValues, type BytesColumn, type RecordHeaders, type Records } from '@millrace/core/connector';
import { joinBodies, type Body } from './join-bodies.js';
import { noHeaders, readHeaders, readRecord, recordPlace, type OpenBatch } from './read-record.js';
import { sliced } from './sliced.js';

/** Gathers records of one partition as columns. */
export interface RecordRows {
  readonly length: number;
  /** Bytes of keys and values so far. */
  readonly size: number;
  /** Reads records of a batch, to its end or until there are as many as there may be; keeps those from `from` on, below `to`. */
  addAll(batch: OpenBatch, from: number, to: number): void;
  /** Behind the last record that was kept or passed; −1 before. */
  readonly next: number;
  finish(partition: number, next: number): Records;
}

/** How much is gathered at most: whatever comes first. */
export interface RowsMax {
  readonly rows: number;
  readonly bytes: number;
}

/** An empty gathering. Keys and headers are only passed over, unless `metadata` is wanted. */
export function recordRows(max: RowsMax, metadata: boolean): RecordRows {
  const offsets = new Float64Array(max.rows);
  const brokerTimes = new Float64Array(max.rows);
  const keys = sliced(metadata ? max.rows : 0);
  const values = sliced(max.rows);
  const headers: RecordHeaders[] = [];
  const bodies: Body[] = [];
  const place = recordPlace();
  let hasHeaders = false;
  let length = 0;
  let size = 0;
  let next = -1;

  function add(batch: OpenBatch, from: number, to: number): void {
    readRecord(batch, place);
    batch.left--;
    next = place.offset + 1;
    if (place.offset < from || place.offset >= to) {
      batch.at = place.end;
      return;
    }
    values.add(length, place.valueAt, place.valueSize);
    if (metadata) {
      keys.add(length, place.keyAt, place.keySize);
      headers.push(readHeaders(batch, place));
      hasHeaders ||= headers[length] !== noHeaders;
    }
    batch.at = place.end;
    size += Math.max(place.keySize, 0) + Math.max(place.valueSize, 0);
    offsets[length] = place.offset;
    brokerTimes[length++] = place.time;
  }

  return {
    get length() {
      return length;
    },
    get size() {
      return size;
    },
    get next() {
      return next;
    },
    addAll(batch, from, to) {
      bodies.push({ bytes: batch.bytes, firstRow: length });
      while (batch.left > 0 && length < max.rows && size < max.bytes && next < to) add(batch, from, to);
    },
    finish(partition, behind) {
      const shared = joinBodies(bodies, length, metadata ? [keys, values] : [values]);
      const slices = values.slices(length, shared);
      let copied: BytesColumn | undefined;
      return {
        partition,
        length,
        offsets: offsets.slice(0, length),
        next: behind,
        brokerTimes: brokerTimes.slice(0, length),
        keys: metadata ? copiedValues(keys.slices(length, shared)) : noValues(length),
        slices,
        get values() {
          return (copied ??= copiedValues(slices));
        },
        headers: hasHeaders ? headers : undefined,
        decoded: undefined,
      };
    },
  };
}
