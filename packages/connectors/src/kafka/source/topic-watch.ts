import { millraceError } from '@millrace/core';
import type { KafkaClient, TopicState } from '../client/client.js';

/** The topic that a run has opened: it must stay the same one. */
export interface TopicWatch {
  readonly state: TopicState;
  readonly identity: string;
  /** Asks the brokers again: new partitions, leaders that have moved. */
  refresh(): Promise<TopicState>;
}

/**
 * Finds a topic, and sees to it that it stays the one that it was.
 *
 * @throws MillraceError `MILLRACE_SOURCE_UNREADABLE` where there is none, or it has another number of partitions.
 */
export async function watchTopic(
  client: KafkaClient,
  label: string,
  name: string,
  partitions: number | undefined,
): Promise<TopicWatch> {
  let state = await found(client, label, name);
  const identity = identityOf(state, name);
  const count = state.leaders.length;
  if (partitions !== undefined && partitions !== count) {
    throw millraceError('MILLRACE_SOURCE_UNREADABLE', {
      source: label,
      problem: `it has ${count} partition${count === 1 ? '' : 's'}, and partitions: ${partitions} is expected`,
      fix: `Write partitions: ${count}, or leave it out.`,
    });
  }
  return {
    get state() {
      return state;
    },
    identity,
    async refresh() {
      const now = await found(client, label, name);
      const is = identityOf(now, name);
      if (is !== identity) throw millraceError('MILLRACE_SOURCE_CHANGED', { source: label, was: identity, is });
      // A number that shrinks is an answer of a broker that has not heard of the others yet.
      if (now.leaders.length >= state.leaders.length) state = now;
      return state;
    },
  };
}

async function found(client: KafkaClient, label: string, name: string): Promise<TopicState> {
  const state = await client.topic(name);
  if (state !== undefined && state.leaders.length > 0) return state;
  throw millraceError('MILLRACE_SOURCE_UNREADABLE', {
    source: label,
    problem: `${client.server} has no topic of that name`,
    fix: `Check the name, or make it: await kafka({ … }).createTopic('${name}', { partitions: 3 }).`,
  });
}

function identityOf({ clusterId, topicId }: TopicState, name: string): string {
  return `kafka/${clusterId}/${topicId ?? name}`;
}
