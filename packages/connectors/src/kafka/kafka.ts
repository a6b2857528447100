import type { ColumnType, Fields, Group, Schema, SideFields, Sink, Source } from '@millrace/core';
import { createTopic, type NewTopicOptions } from './admin/create-topic.js';
import {
  isSchema,
  requireDeadLetterArguments,
  requireGroupArguments,
  requireKafkaOptions,
  requireNewTopicArguments,
  requireTopicArguments,
} from './arguments.js';
import { connectionOf, type Connection } from './client/connection.js';
import { topicGroup } from './group/topic-group.js';
import type { GroupOptions, KafkaOptions, TopicOptions, TopicSinkOptions } from './options.js';
import { deadLetterMessages } from './sink/message.js';
import { topicProducer, type TopicProducer } from './sink/topic-producer.js';
import { recordSink, topicSink } from './sink/topic-sink.js';
import { topicSource } from './source/topic.js';

/** A topic: a source, and what fills it from a program. */
export interface KafkaTopic<F extends Fields = Fields> extends Source<F>, TopicProducer<F> {}

/** The topics of a Kafka cluster, or of Redpanda. */
export interface Kafka {
  /** The topic of that name as a source: its values are JSON, decoded by the schema. It can be filled, too. */
  topic<F extends Fields>(name: string, schema: Schema<F>, options?: TopicOptions<F>): KafkaTopic<F>;
  /**
   * The topic of that name as a sink: each row becomes a record, as JSON, exactly once. The processes of a group can share
   * it, each with its partitions. It belongs to one history of one job for ever, since what is in it stays.
   */
  topic<K extends string = never>(
    name: string,
    options?: TopicSinkOptions<K>,
  ): Sink<{ readonly [P in NoInfer<K>]: ColumnType }, 'append'>;
  /**
   * The topic of that name as a sink for `late` and `rejected`: each record as it was read, with its own key and value
   * bytes, and headers that say why (`millrace.code`, `millrace.sentence`, `millrace.offset` …).
   */
  deadLetters(name: string, options?: Omit<TopicSinkOptions, 'keyedBy'>): Sink<SideFields, 'append'>;
  /**
   * The consumer group of that name, for `run(job, { mode: 'live', group })`: processes that run the same job in it share
   * the partitions of the job's topics, and take over from one another. What a job has read is in its checkpoints; the
   * group's own offsets are only for those who look at lag.
   */
  group(name: string, options?: GroupOptions): Group;
  /** Makes a topic; false where there is one of that name, which stays as it is. */
  createTopic(name: string, options?: NewTopicOptions): Promise<boolean>;
}

/**
 * Topics of Kafka (or what speaks its protocol), through the package `kafkajs`, which is loaded when it is first needed.
 *
 * A run reads all partitions of a topic, or shares them with others in a `group`. Its positions are those of its
 * checkpoints, not those of a consumer group: nothing is ever read twice or left out, and no group is needed. Only
 * committed records are read. Times are the broker's, in ms UTC.
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
      return isSchema(shape) ? topicOf(connection, name, shape, topicOptions) : topicSink(connection, name, shape);
    }) as Kafka['topic'],
    deadLetters(name, sinkOptions = {}) {
      requireDeadLetterArguments(name, sinkOptions);
      return recordSink(connection, name, sinkOptions, ({ fields }, count) => deadLetterMessages(fields, count));
    },
    group(name, groupOptions = {}) {
      requireGroupArguments(name, groupOptions);
      return topicGroup(connection, name, groupOptions);
    },
    async createTopic(name, topicOptions = {}) {
      requireNewTopicArguments(name, topicOptions);
      return await createTopic(connection, name, topicOptions);
    },
  };
}

function topicOf<F extends Fields>(
  connection: Connection,
  name: string,
  schema: Schema<F>,
  options: TopicOptions<F>,
): KafkaTopic<F> {
  const source = topicSource(connection, name, schema, options);
  return { ...source, ...topicProducer(connection, source.label, name, schema, options.keyedBy) };
}

type TopicArguments = [Schema, TopicOptions?] | [TopicSinkOptions?];
