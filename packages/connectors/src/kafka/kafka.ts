import type { Fields, Schema, Source } from '@millrace/core';
import { connectionOf } from './client/connection.js';
import type { KafkaOptions, TopicOptions } from './options.js';
import { topicSource } from './source/topic.js';

/** The topics of a Kafka cluster, or of Redpanda. */
export interface Kafka {
  /** The topic of that name as a source: its values are JSON, decoded by the schema. */
  topic<F extends Fields>(name: string, schema: Schema<F>, options?: TopicOptions<F>): Source<F>;
}

/**
 * Topics of Kafka (or what speaks its protocol), through the package `kafkajs`, which is loaded when it is first needed.
 *
 * A run reads all partitions of a topic in one process. Its positions are those of its checkpoints, not those of a
 * consumer group: nothing is ever read twice or left out, and no group is needed. Only committed records are read. Times
 * are the broker's, in ms UTC.
 *
 * @throws MillraceError from a run, before its first record: `MILLRACE_SERVER_FAILED` where no broker answers or the
 * login is refused, `MILLRACE_SOURCE_UNREADABLE` where there is no such topic, `MILLRACE_PEER_MISSING` without kafkajs.
 * @example
 * ```ts
 * import { int32, schema, utf8 } from '@millrace/core';
 * import { kafka } from '@millrace/connectors/kafka';
 *
 * const Pin = schema({ id: utf8, likes: int32 });
 * const pins = kafka({ brokers: ['localhost:9092'] }).topic('pins', Pin, { keyedBy: 'id' });
 * console.log(pins.label); // kafka topic "pins"
 * ```
 */
export function kafka(options: KafkaOptions): Kafka {
  const connection = connectionOf(options);
  return { topic: (name, schema, topicOptions = {}) => topicSource(connection, name, schema, topicOptions) };
}
