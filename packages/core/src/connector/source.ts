import type { Fields } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';
import type { Logger } from '../metrics/logger.js';
import type { Records } from './records.js';

/**
 * A place that records come from, with positions: a topic, or a table that keeps one. A value without side effects;
 * nothing is connected before `open`.
 */
export interface Source<F extends Fields = Fields> {
  readonly schema: Schema<F>;
  /** The name of the topic or table. */
  readonly name: string;
  /** What it is, for people: `memory topic "pins"`. */
  readonly label: string;
  /** The field that decides the partition of a record, where the producer keeps to that. */
  readonly keyedBy: string | undefined;
  /** Whether the end of it is the end of the input (a table, a list of rows) and not a pause (a topic). */
  readonly bounded: boolean;
  /** Whether its records are gone when this process ends, so that nothing could go on with them. */
  readonly inProcess?: boolean;
  /**
   * Connects, and fails before the first record where the source is not what the options say.
   *
   * @throws MillraceError, in one sentence that says what to change.
   */
  open(context: SourceContext): Promise<SourceReader>;
}

/** What a run tells a source. */
export interface SourceContext {
  /** The columns that the graph reads; a source that projects hands over no others. */
  readonly columns: ReadonlySet<string>;
  /** Whether the graph looks at keys, headers, broker times or raw values, beyond decoding. */
  readonly metadata: boolean;
  readonly logger: Logger;
}

/**
 * An open source. The driver calls `read` for a partition again only after the last call has settled; calls for
 * different partitions may be under way at once.
 */
export interface SourceReader {
  /** Who the records are, whatever they are called: cluster id and topic id. The same for a topic and its archive. */
  readonly identity: string;
  /** All partitions as of now; asked at the start and from time to time. Their number never shrinks. */
  partitions(): Promise<readonly SourcePartition[]>;
  /**
   * The records from `position` on, at most `maxRows` of them and at least one, or why there is none. Where only a gap
   * follows (compaction, transaction markers): no record, and a `next` behind the gap. Settles at once where the source
   * knows that it is caught up; stays open while a slow broker has not answered.
   *
   * @throws MillraceError `MILLRACE_SOURCE_TRUNCATED` where `position` is below the lowest stored offset, and
   * `MILLRACE_SOURCE_BEYOND_END` where it is above the end.
   */
  read(partition: number, position: number, maxRows: number): Promise<Pull>;
  /** Resolves when there may be records at `position`, the end was sealed, or `signal` was aborted; never rejects. */
  arrival(partition: number, position: number, signal: AbortSignal): Promise<void>;
  /** Frees everything; no timer, socket or listener is left. */
  close(): Promise<void>;
}

/** A partition, the lowest offset stored in it and the offset behind its last record. */
export interface SourcePartition {
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

/** What one read gives: records, nothing yet, or nothing any more. */
export type Pull =
  { readonly kind: 'records'; readonly records: Records } | { readonly kind: 'caughtUp' } | { readonly kind: 'end' };
