import type { Logger } from '../metrics/logger.js';

/**
 * Processes that share one job: whoever is a member works on some of the job's partitions, and takes over those of a
 * member that goes. A value without side effects; a connector makes it of what its server has for it.
 *
 * A group only says who should work on what. Two members that both believe they own a partition do no harm: the chain of
 * its checkpoints lets one of them commit.
 */
export interface Group {
  /** What it is, for people: `kafka group "popularity"`. */
  readonly label: string;
  /**
   * Becomes a member.
   *
   * @throws MillraceError, in one sentence that says what to change, where the server cannot be had or has no such topic.
   */
  join(context: GroupContext): Promise<GroupMember>;
}

/** What a run tells its group. */
export interface GroupContext {
  readonly job: string;
  /** The topics that the job reads, by name. */
  readonly topics: readonly string[];
  /**
   * Whether the partitions may be spread over the members. Otherwise one member has all of them and the others stand by.
   * Partitions of the same number go together, whatever their topic.
   */
  readonly spread: boolean;
  readonly logger: Logger;
  /** Told which partitions are this member's from now on, each time that the members have agreed. */
  readonly assigned: (partitions: readonly number[]) => void;
  /** Told the error that ended the membership. */
  readonly failed: (error: unknown) => void;
}

/** A membership. */
export interface GroupMember {
  /**
   * Tells the group how far a checkpoint has come, by topic and partition, for those who look at lag. Nothing is read
   * from there; it may come to nothing, and never throws.
   */
  committed(positions: GroupPositions): void;
  /** Gives up all partitions, so that others take them over at once. Never rejects. */
  leave(): Promise<void>;
}

/** The next offset, by topic and partition. */
export type GroupPositions = { readonly [topic: string]: { readonly [partition: string]: number } };
