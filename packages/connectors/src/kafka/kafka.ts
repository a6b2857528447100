import type { ColumnType, Fields, Schema, SideFields, Sink, Source } from '@millrace/core';
import { createTopic, type NewTopicOptions } from './admin/create-topic.js';
import {
  isSchema,
  requireDeadLetterArguments,
  requireKafkaOptions,
  requireNewTopicArguments,
  requireTopicArguments,
} from './arguments.js';
import { connectionOf } from './client/connection.js';
import type { KafkaOptions, TopicOptions, TopicSinkOptions } from './options.js';
import { deadLetterMessages } from './sink/message.js';
import { recordSink, topicSink } from './sink/topic-sink.js';
import { topicSource } from './source/topic.js';

/** The topics of a Kafka cluster, or of Redpanda. */
export interface Kafka {
  /** The topic of that name as a source: its values are JSON, decoded by the schema. */
  topic<F extends Fields>(name: string, schema: Schema<F>, options?: TopicOptions<F>): Source<F>;
  /** The topic of that name as a sink: each row becomes a record, as JSON, exactly once. */
  topic<K extends string = never>(
    name: string,
    options?: TopicSinkOptions<K>,
  ): Sink<{ readonly [P in NoInfer<K>]: ColumnType }, 'append'>;
  /**
   * The topic of that name as a sink for `late` and `rejected`: each record as it was read, with its own key and value
   * bytes, and headers that say why (`millrace.code`, `millrace.sentence`, `millrace.offset` …).
   */
  deadLetters(name: string, options?: Omit<TopicSinkOptions, 'keyedBy'>): Sink<SideFields, 'append'>;
  /** Makes a topic; false where there is one of that name, which stays as it is. */
  createTopic(name: string, options?: NewTopicOptions): Promise<boolean>;
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
  requireKafkaOptions(options);
  const connection = connectionOf(options);
  return {
    topic: ((name: string, ...rest: TopicArguments) => {
      const [shape = {}, topicOptions = {}] = rest;
      requireTopicArguments(name, shape, topicOptions);
      return isSchema(shape) ? topicSource(connection, name, shape, topicOptions) : topicSink(connection, name, shape);
    }) as Kafka['topic'],
    deadLetters(name, sinkOptions = {}) {
      requireDeadLetterArguments(name, sinkOptions);
      return recordSink(connection, name, sinkOptions, ({ fields }, count) => deadLetterMessages(fields, count));
    },
    async createTopic(name, topicOptions = {}) {
      requireNewTopicArguments(name, topicOptions);
      return await createTopic(connection, name, topicOptions);
    },
  };
}

type TopicArguments = [Schema, TopicOptions?] | [TopicSinkOptions?];
