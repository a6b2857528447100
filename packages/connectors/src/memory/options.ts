import type { Fields, Row } from '@millrace/core';
import type { RecordHeaders } from '@millrace/core/connector';

/** Where topics and views are kept, and what time their records get. */
export interface MemoryOptions {
  /** A folder to keep them in, so that they survive the process. Default: in the process. */
  readonly folder?: string;
  /** The time of a record that names none, in ms UTC. Default: `Date.now`. */
  readonly clock?: () => number;
}

/** What a topic is, where it is not there yet. */
export interface TopicOptions<F extends Fields = Fields> {
  /** How many partitions it is made with. Default 1; a topic that is there may have more by now. */
  readonly partitions?: number;
  /** The field whose value is the key of every record, and so decides its partition. */
  readonly keyedBy?: keyof F & string;
}

/** How rows become records of a topic that a job writes. */
export interface TopicSinkOptions<K extends string = string> {
  /** How many partitions the topic is made with. Default 1. */
  readonly partitions?: number;
  /** The field whose value becomes the key, and so decides the partition. Default: no key, partitions in turn. */
  readonly keyedBy?: K;
}

/** What a record can hold: a row (as JSON), text (as UTF-8), bytes as they are, or null for a tombstone. */
export type TopicValue<F extends Fields> = Row<F> | string | Uint8Array | null;

/** A record to append, with all that it can have. */
export interface TopicRecord<F extends Fields = Fields> {
  readonly value: TopicValue<F>;
  /** Default: the `keyedBy` field of the row, or of the JSON; none where it has none. */
  readonly key?: string | Uint8Array | null;
  readonly headers?: RecordHeaders;
  /** The broker's time in ms UTC; −1 for none. Default: the clock's. */
  readonly brokerTime?: number;
  /** Default: by the hash of the key, as Kafka has it; without a key in turn. */
  readonly partition?: number;
  /** The offset in `partition`, at or above its end: leaves a gap, as compaction does. Default: the end. */
  readonly offset?: number;
}

/** How `print` prints. */
export interface PrintOptions {
  /** Takes one line. Default: `console.log`. */
  readonly write?: (line: string) => void;
}
