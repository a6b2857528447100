export { kafka, type Kafka } from './kafka.js';
export type { Compression, KafkaOptions, TopicOptions, TopicSinkOptions } from './options.js';
