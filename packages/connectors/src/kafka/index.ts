export { kafka, type Kafka } from './kafka.js';
export type { NewTopicOptions } from './admin/create-topic.js';
export type { Compression, KafkaOptions, TopicOptions, TopicSinkOptions } from './options.js';
