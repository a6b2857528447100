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

/** What stands beside a topic for the whole of a job, or for one part of it: what is known there is known to nobody else. */
export interface Beside {
  readonly sideTopic: string;
  /** Only the newest producer of this name can commit what is beside. */
  readonly transactionalId: string;
}

/** What stands beside a topic; a part of a job that a group has spread, named by its domain, has its own. */
export function besideOf(topic: string, domain?: string): Beside {
  // A slash is in no name of a topic.
  return domain === undefined
    ? { sideTopic: `${topic}.millrace`, transactionalId: `millrace/${topic}` }
    : { sideTopic: `${topic}.millrace.${domain}`, transactionalId: `millrace/${topic}/${domain}` };
}
