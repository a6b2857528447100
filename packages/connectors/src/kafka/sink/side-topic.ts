import type { NewTopicOptions } from '../admin/create-topic.js';

// What an exactly-once sink keeps beside its topic: rows that are staged, and how far it has come. Nothing in it expires
// by itself; what is done with is deleted by offset.

/** Partitions of the topic beside. */
export const sidePartitions = { staged: 0, progress: 1 } as const;

/** How the topic beside is made. */
export const sideTopicOptions: NewTopicOptions = {
  partitions: 2,
  config: {
    'cleanup.policy': 'delete',
    'retention.ms': '-1',
    'retention.bytes': '-1',
    'max.message.bytes': String(10 * 1024 * 1024),
  },
};

/** The name of the topic beside. */
export function sideTopicOf(topic: string): string {
  return `${topic}.millrace`;
}
