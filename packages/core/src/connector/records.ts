import type { BytesColumn, Column } from '../batch/column.js';
import type { ValueSlices } from './value-slices.js';

/**
 * Records of one partition as a source hands them over, in order of offset.
 *
 * `offsets` ascend, with gaps where records were compacted away. `next` is the position behind the last of them and
 * behind any gap that follows: the next read starts there.
 */
export interface Records {
  readonly partition: number;
  readonly length: number;
  readonly offsets: Float64Array;
  /** The position after these records; also moves over gaps, so it may pass the last offset by more than one. */
  readonly next: number;
  /** The broker's time in ms UTC; −1 where there is none. */
  readonly brokerTimes: Float64Array;
  /** The key's bytes; null where the record has none. */
  readonly keys: BytesColumn;
  /** The value's bytes; null for a tombstone. */
  readonly values: BytesColumn;
  /** Where the source has the values in bytes that they share: `values` copies them out when it is first asked for. */
  readonly slices?: ValueSlices;
  /** Headers per record; undefined where no record has one. */
  readonly headers: readonly RecordHeaders[] | undefined;
  /** What the source has decoded already (a lake table of the same schema), instead of leaving it to the decoder. */
  readonly decoded: DecodedRecords | undefined;
}

/** Headers of one record, in order; a name may occur more than once. */
export type RecordHeaders = readonly (readonly [name: string, value: Uint8Array | null])[];

/** Columns that a source keeps beside the raw bytes. */
export interface DecodedRecords {
  readonly columns: { readonly [name: string]: Column };
  /** Rows that had been rejected when they were decoded first; their columns hold nothing. */
  readonly rejected: readonly RejectedRow[];
  /** Text values that were repaired (lone surrogates), and keys that occurred more than once. */
  readonly repaired: number;
  readonly repeatedKeys: number;
}

/** One row that could not become a row of the schema, and why. */
export interface RejectedRow {
  readonly row: number;
  /** Of the vocabulary of error codes: `MILLRACE_DECODE_…`. */
  readonly code: string;
  /** The field at fault, as a path; empty where it is the whole record. */
  readonly field: string;
  /** One sentence, without values of the record. */
  readonly sentence: string;
}
