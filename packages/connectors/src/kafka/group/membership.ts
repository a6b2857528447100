import { millraceError } from '@millrace/core';
import type { GroupContext, GroupMember } from '@millrace/core/connector';
import type { AssignerProtocol } from 'kafkajs';
import { pause, type KafkaClient } from '../client/client.js';
import { mayPass, rootOf, serverFailure } from '../client/failures.js';
import { commitOffsets, type Generation } from './coordinator.js';
import { merging } from './merging.js';
import { assignmentsOf, metadataOf, partitionsIn, protocolName } from './member-words.js';

/** What a membership has to know. */
export interface MembershipOptions {
  readonly client: KafkaClient;
  readonly protocol: typeof AssignerProtocol;
  readonly label: string;
  readonly groupId: string;
  readonly sessionMs: number;
  readonly patienceMs: number;
  readonly context: GroupContext;
}

/** How long the others wait for a member to join again: it does so without finishing anything. */
const rebalanceMs = 30_000;
/** So many heartbeats lie between two looks at the number of partitions. */
const beatsPerLook = 10;

// kafkajs's own consumer fetches as its broker assigns, and sends heartbeats only between two fetches. Here a group says who
// works on what, and nothing else: it is joined by the requests that kafkajs has for it, and heartbeats go by a timer.

/** Joins a group, and again whenever its members change, until it is left. */
export function membership(options: MembershipOptions): GroupMember {
  const { client, groupId, context, patienceMs } = options;
  const closing = new AbortController();
  const { signal } = closing;
  let generation: Generation | undefined;
  let memberId = '';
  let owned: readonly number[] = [];

  async function belong(): Promise<void> {
    let failingSince: number | undefined;
    while (!signal.aborted) {
      try {
        const joined = await join(options, memberId, owned, signal);
        // Whoever has joined while it was leaving would keep its share from the others until its session ends.
        if (signal.aborted) return await leaveGeneration(joined.generation);
        generation = joined.generation;
        memberId = generation.memberId;
        owned = joined.owned;
        failingSince = undefined;
        context.assigned(owned);
        await beat(options, generation, joined.partitions, signal);
      } catch (error) {
        generation = undefined;
        const { type = '' } = rootOf(error);
        if (signal.aborted) return;
        if (type === 'REBALANCE_IN_PROGRESS') continue;
        // It was away for too long, and is a new member now. What it works on it goes on with: who took over has claimed it.
        if (/UNKNOWN_MEMBER_ID|ILLEGAL_GENERATION|FENCED/.test(type)) {
          memberId = '';
          continue;
        }
        failingSince ??= Date.now();
        const passes = mayPass(error) || /COORDINATOR|LOAD_IN_PROGRESS/.test(type);
        if (!passes || Date.now() - failingSince > patienceMs) return context.failed(groupFailure(options, error));
        await pause(200, signal);
      }
    }
  }

  const belonging = belong();
  const committed = merging(async (positions) => {
    if (generation === undefined) return;
    await commitOffsets(generation, positions).catch((error: unknown) =>
      context.logger.debug({ group: groupId, problem: String(error) }, 'The group was not told how far the job is.'),
    );
  });
  return {
    committed,
    async leave() {
      const left = generation;
      closing.abort();
      // A join that is under way answers when all others have joined, or never: its connection ends with it.
      if (left !== undefined) await leaveGeneration(left);
      await client.close();
      await belonging;
      // kafkajs connects again where it was about to ask who keeps the group.
      await client.close();
    },
  };
}

async function leaveGeneration({ broker, groupId, memberId }: Generation): Promise<void> {
  await broker.leaveGroup({ groupId, memberId }).catch(() => undefined);
}

interface Joined {
  readonly generation: Generation;
  readonly owned: readonly number[];
  /** How many partitions the leader has given away; undefined of another member. */
  readonly partitions: number | undefined;
}

async function join(
  options: MembershipOptions,
  knownAs: string,
  before: readonly number[],
  signal: AbortSignal,
): Promise<Joined> {
  const { client, protocol, groupId, sessionMs, context } = options;
  const { topics, spread } = context;
  const broker = await client.coordinator(groupId);
  signal.throwIfAborted();
  const metadata = metadataOf(protocol, topics, { owned: before, spread });
  const joined = await broker.joinGroup({
    groupId,
    sessionTimeout: sessionMs,
    rebalanceTimeout: rebalanceMs,
    memberId: knownAs,
    groupProtocols: [{ name: protocolName, metadata }],
  });
  const { memberId, generationId, leaderId } = joined;
  const partitions = leaderId === memberId ? await partitionsOf(options) : undefined;
  const groupAssignment = partitions === undefined ? [] : assignmentsOf(protocol, joined, topics, partitions);
  const { memberAssignment } = await broker.syncGroup({ groupId, memberId, generationId, groupAssignment });
  const generation = { broker, groupId, memberId, generationId };
  return { generation, owned: partitionsIn(protocol, memberAssignment), partitions };
}

/** Until another generation has to be joined, or cannot be kept up. */
async function beat(
  options: MembershipOptions,
  { broker, groupId, memberId, generationId: groupGenerationId }: Generation,
  partitions: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  for (let beats = 1; ; beats++) {
    await pause(options.sessionMs / 4, signal);
    if (signal.aborted) return;
    await broker.heartbeat({ groupId, memberId, groupGenerationId });
    // Who leads gives away what was added: by joining again it makes all others do so.
    const isLook = partitions !== undefined && beats % beatsPerLook === 0;
    if (isLook && (await partitionsOf(options)) !== partitions) return;
  }
}

/** The partitions of the topic that has most. */
async function partitionsOf({ client, context, label }: MembershipOptions): Promise<number> {
  let most = 0;
  for (const name of context.topics) most = Math.max(most, await partitionCount(client, label, name));
  return most;
}

/** How many partitions a topic has. */
export async function partitionCount(client: KafkaClient, label: string, topic: string): Promise<number> {
  const count = (await client.topic(topic))?.leaders.length ?? 0;
  if (count > 0) return count;
  throw millraceError('MILLRACE_SOURCE_UNREADABLE', {
    source: label,
    problem: `${client.server} has no topic "${topic}", which the job reads`,
    fix: 'Take the group from the same kafka({…}) as the topics of the job.',
  });
}

function groupFailure({ client, label, sessionMs }: MembershipOptions, error: unknown): Error {
  const { type = '' } = rootOf(error);
  const refused = (option: string, problem: string, fix: string): Error =>
    millraceError('MILLRACE_OPTION_INVALID', { subject: label, option, problem, fix }, { cause: error });
  if (type === 'INVALID_SESSION_TIMEOUT') {
    const fix = 'Give one between group.min.session.timeout.ms and group.max.session.timeout.ms of the broker.';
    return refused('sessionTimeout', `of ${sessionMs} ms is not what the broker allows`, fix);
  }
  if (type === 'INCONSISTENT_GROUP_PROTOCOL') {
    return refused('its name', 'is that of a group with other consumers in it', 'Give the group a name of its own.');
  }
  return serverFailure(client.server, error);
}
