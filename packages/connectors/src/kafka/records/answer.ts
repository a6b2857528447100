import type { Records } from '@millrace/core/connector';
import type { FetchedPartition } from '../protocol/fetch.js';
import { abortFilter } from './aborted.js';
import { batchHead, batchHeadBytes, endOf } from './batch-head.js';
import { codecNames, codecOf } from './codecs.js';
import type { OpenBatch } from './read-record.js';
import { recordRows, type RecordRows } from './record-rows.js';

/** What a broker had of one partition, read piece by piece. */
export interface Answer {
  /** The offset that the next piece starts at. */
  readonly position: number;
  /** Behind the last batch: where the next fetch starts. */
  readonly end: number;
  /**
   * At most `rowsMax` records below `limit`, or none and a position that has moved (markers, aborted records, what was
   * compacted away); undefined where there is nothing more.
   */
  take(rowsMax: number, limit: number): Promise<Records | undefined>;
}

/** Records that are handed over at once are no more than this, whatever the driver asks for. */
const rowsMaxEver = 65_536;
const bytesMax = 8 * 1024 * 1024;

/**
 * An answer to a fetch from `from` on. A batch of it is unpacked only when its records are taken. Keys and headers are
 * handed over only where `metadata` is wanted.
 */
export function answer(fetched: FetchedPartition, from: number, metadata = true): Answer {
  const { partition, batches, aborted } = fetched;
  const isAborted = abortFilter(aborted);
  const end = endOf(batches, from);
  let at = 0;
  let position = from;
  let open: OpenBatch | undefined;

  /** Goes on to the next batch, maybe one without a record to be taken. */
  async function nextBatch(): Promise<boolean> {
    const head = batchHead(batches, at);
    if (head === undefined) return false;
    const body = batches.subarray(at + batchHeadBytes, at + head.size);
    at += head.size;
    if (head.magic !== 2) throw new RangeError(`batches of version ${head.magic} are not read, only version 2`);
    const isAbortMarker = (): boolean => isAbort(body);
    if (isAborted(head, isAbortMarker) || head.isControl || head.nextOffset <= position) {
      position = Math.max(position, head.nextOffset);
      return true;
    }
    open = { head, bytes: await unpacked(head.codec, body), at: 0, left: head.count };
    return true;
  }

  function takeFrom(batch: OpenBatch, rows: RecordRows, limit: number): void {
    rows.addAll(batch, position, limit);
    position = Math.max(position, rows.next);
    if (batch.left > 0) return;
    position = Math.min(Math.max(position, batch.head.nextOffset), limit);
    open = undefined;
  }

  return {
    get position() {
      return position;
    },
    end,
    async take(wanted, limit) {
      const rowsMax = Math.min(wanted, rowsMaxEver);
      const start = position;
      const rows = recordRows({ rows: rowsMax, bytes: bytesMax }, metadata);
      while (position < limit && rows.length < rowsMax && rows.size < bytesMax) {
        if (open !== undefined) takeFrom(open, rows, limit);
        else if (!(await nextBatch())) break;
      }
      position = Math.min(position, limit);
      return position === start ? undefined : rows.finish(partition, position);
    },
  };
}

async function unpacked(codec: number, body: Buffer): Promise<Buffer> {
  if (codec === 0) return body;
  const name = codecNames[codec];
  if (name === undefined) throw new RangeError(`a batch has the codec ${codec}, which nobody knows`);
  return (await codecOf(name)).decompress(body);
}

/** The key of a marker: a version and a type, both of two bytes. 0 is an abort. Before it: three numbers and its length. */
function isAbort(body: Buffer): boolean {
  // length, attributes, time and offset, each of one byte in a marker, and the length of the key.
  return body.length >= 9 && body.readInt16BE(7) === 0;
}
