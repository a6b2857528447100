import type { AssignerProtocol } from 'kafkajs';
import type { Assignment, JoinedGroup } from './coordinator.js';
import { sharesOf, type GroupMemberState } from './shares.js';

// What the members of a group tell each other, through a broker that does not read it.

/** The name by which brokers see to it that all members speak the same. */
export const protocolName = 'millrace';

type Protocol = typeof AssignerProtocol;

/** What a member says of itself. */
export function metadataOf(
  { MemberMetadata }: Protocol,
  topics: readonly string[],
  state: Omit<GroupMemberState, 'id'>,
): Buffer {
  const { owned, spread } = state;
  return MemberMetadata.encode({
    version: 1,
    topics: [...topics],
    userData: Buffer.from(JSON.stringify({ owned, spread })),
  });
}

/** What the leader gives everyone. */
export function assignmentsOf(
  { MemberMetadata, MemberAssignment }: Protocol,
  { members }: JoinedGroup,
  topics: readonly string[],
  partitions: number,
): readonly Assignment[] {
  const states = members.map(({ memberId: id, memberMetadata }): GroupMemberState => {
    const { userData } = MemberMetadata.decode(memberMetadata) ?? {};
    return { id, ...(JSON.parse(String(userData)) as Omit<GroupMemberState, 'id'>) };
  });
  return [...sharesOf(states, partitions)].map(([memberId, share]) => {
    const assignment = Object.fromEntries(topics.map((topic) => [topic, [...share]]));
    return {
      memberId,
      memberAssignment: MemberAssignment.encode({ version: 1, assignment, userData: Buffer.alloc(0) }),
    };
  });
}

/** The partitions that this member was given. */
export function partitionsIn({ MemberAssignment }: Protocol, assignment: Buffer): readonly number[] {
  const topics = MemberAssignment.decode(assignment)?.assignment ?? {};
  return Object.values(topics)[0] ?? [];
}
