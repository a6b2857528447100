import type { Fields } from '@millrace/core';
import type { NewValue, RecordHeaders } from '@millrace/core/connector';
import type { Kafka as KafkaJs, KafkaConfig } from 'kafkajs';

/**
 * How the brokers are reached: the configuration of kafkajs (`brokers`, `clientId`, `ssl`, `sasl`, time-outs), or an
 * instance of its `Kafka` that you have made yourself.
 */
export type KafkaOptions = KafkaConnection & {
  /**
   * How long brokers that do not answer are waited for before the run fails, in ms; it is retried until then. Default:
   * two minutes. When a run starts they have to answer at once.
   */
  readonly patienceMs?: number;
};

type KafkaConnection = KafkaConfig | { readonly client: KafkaJs };

/** Which records a source reads, and what it makes of its end. */
export interface TopicOptions<F extends Fields = Fields> {
  /** The field whose value is the key of every record, and so decides its partition. Checked per record. */
  readonly keyedBy?: keyof F & string;
  /** How many partitions the topic must have. Default: any number. */
  readonly partitions?: number;
  /**
   * `never` (default): the topic is read for ever. `now`: up to what is committed in it when the run starts; the run
   * then ends.
   */
  readonly end?: 'never' | 'now';
  /**
   * `committed` (default): only records of transactions that were committed. `uncommitted`: all, also those of
   * transactions that are open or were aborted.
   */
  readonly isolation?: 'committed' | 'uncommitted';
}

/** How rows become records of a topic that a job writes. */
export interface TopicSinkOptions<K extends string = string> {
  /**
   * The field whose value becomes the key, and so decides the partition as Java's producers have it; that the topic has
   * grown is noticed with the next checkpoint. Default: no key.
   */
  readonly keyedBy?: K;
  /** How many partitions the topic is made with where it is not there. Default: it must be there. */
  readonly partitions?: number;
  /** The codec of the records that are written. Default: none. */
  readonly compression?: Compression;
  /**
   * `exactly-once` (default): rows are staged in a topic beside (`<name>.millrace`), and copied by one transaction per
   * checkpoint (transactional id `millrace/<name>`). Where a group spreads the job, each partition that it reads has both
   * for itself, with `.p0` and `/p0` behind: the user of the job needs the right to what begins with these names.
   * `at-least-once`: rows are written as they come; a crash doubles those since the last checkpoint.
   */
  readonly delivery?: 'exactly-once' | 'at-least-once';
}

/** A record to append, with all that it can have. */
export interface NewRecord<F extends Fields = Fields> {
  readonly value: NewValue<F>;
  /** Default: the `keyedBy` field of the row, or of the JSON; none where it has none. */
  readonly key?: string | Uint8Array | null;
  /** A name should occur only once: of one that comes again the last value counts. Those without a value are left out. */
  readonly headers?: RecordHeaders;
  /** Default: by the hash of the key, as Java's producers have it; without a key in turn. */
  readonly partition?: number;
}

/** The codecs that Kafka knows. */
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** How a group of processes is kept. */
export interface GroupOptions {
  /**
   * After so long without a sign of life ('10s') a member's partitions go to the others. The broker has bounds for it,
   * usually 6 s and 30 min.
   */
  readonly sessionTimeout?: string;
}
