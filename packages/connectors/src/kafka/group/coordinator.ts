import type { GroupPositions } from '@millrace/core/connector';

/** What is used of the broker that a group is kept by, as kafkajs has it. */
export interface CoordinatorBroker {
  joinGroup(request: {
    readonly groupId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly memberId: string;
    readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }): Promise<JoinedGroup>;
  syncGroup(request: GroupRequest & { readonly generationId: number; readonly groupAssignment: readonly Assignment[] }): Promise<{ readonly memberAssignment: Buffer }>; // prettier-ignore
  heartbeat(request: GroupRequest & { readonly groupGenerationId: number }): Promise<unknown>;
  leaveGroup(request: GroupRequest): Promise<unknown>;
  offsetCommit(request: GroupRequest & { readonly groupGenerationId: number; readonly topics: readonly object[] }): Promise<unknown>; // prettier-ignore
}

interface GroupRequest {
  readonly groupId: string;
  readonly memberId: string;
}

/** What the broker answers when all members have joined. */
export interface JoinedGroup {
  readonly generationId: number;
  readonly memberId: string;
  readonly leaderId: string;
  /** Told to the leader only. */
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

/** What the leader gives one member. */
export interface Assignment {
  readonly memberId: string;
  readonly memberAssignment: Buffer;
}

/** One generation of a membership. */
export interface Generation {
  readonly broker: CoordinatorBroker;
  readonly groupId: string;
  readonly memberId: string;
  readonly generationId: number;
}

/** Tells the broker how far checkpoints have come, for who asks for the lag of the group. */
export async function commitOffsets(generation: Generation, positions: GroupPositions): Promise<void> {
  const { broker, groupId, memberId, generationId: groupGenerationId } = generation;
  const topics = Object.entries(positions).map(([topic, cut]) => ({
    topic,
    partitions: Object.entries(cut).map(([partition, offset]) => ({
      partition: Number(partition),
      offset: String(offset),
    })),
  }));
  await broker.offsetCommit({ groupId, memberId, groupGenerationId, topics });
}
