export { kafka, type Kafka, type KafkaTopic } from './kafka.js';
export type { NewTopicOptions } from './admin/create-topic.js';
export type { Compression, GroupOptions, KafkaOptions, NewRecord, TopicOptions, TopicSinkOptions } from './options.js';
export type { NewValue } from '@millrace/core/connector';
