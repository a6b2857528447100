export { memory, type Memory } from './memory.js';
export type {
  MemoryOptions,
  PrintOptions,
  TopicOptions,
  TopicRecord,
  TopicSinkOptions,
  TopicValue,
} from './options.js';
export type { MemoryTopic } from './topic.js';
export type { MemoryList, MemoryView, ReadOptions, Result, ResultChange } from './view.js';
export type { AnyRow } from './table.js';
