import type { Records, SourcePartition } from '@millrace/core/connector';

/** Partitions of records: what a topic keeps, in the process or in a folder. */
export interface TopicLog {
  /** Says which topic it is, whatever its name: no other one ever has it. */
  readonly id: string;
  /** The partitions as of now. */
  bounds(): Promise<readonly SourcePartition[]>;
  /** How many partitions there are. */
  count(): Promise<number>;
  /** Records from `position` on, at most `rowsMax`, or why there are none; where only a gap follows, none behind it. */
  read(partition: number, position: number, rowsMax: number): Promise<Records | NoRecords>;
  /** Whether `seal` was called: what `read` gives from then on is all there will be. */
  sealed(): Promise<boolean>;
  /**
   * Appends a run to each partition; all of them are durable when it resolves. Where the process dies before, readers may
   * find the first records of any of them, in order, and no part of a record. `run` is given the end of the partition,
   * and makes the records with their offsets, all at or above it, or undefined for none.
   *
   * A run with a mark is there whole or not at all. It is not appended where one with the same mark was appended at or
   * after `mark.from` before; each mark is tried again before the next one is used.
   *
   * @throws MillraceError `MILLRACE_TOPIC_SEALED`, or `MILLRACE_TOPIC_TAKEN` where another process writes to it by now.
   */
  append(runs: readonly PartitionRun[]): Promise<void>;
  /** Ends the topic: a run on it ends where it has read all. */
  seal(): Promise<void>;
  /** Adds empty partitions. */
  addPartitions(count: number): Promise<void>;
  /** Removes the records below `offset`. */
  deleteBefore(partition: number, offset: number): Promise<void>;
  /** Calls `listener` whenever something may have changed, until the function that it gives is called. */
  watch(listener: () => void): () => void;
}

/** The position is the end of the partition, below its start, or above its end. */
export type NoRecords = 'end' | 'below' | 'beyond';

/** What `append` adds to one partition. */
export interface PartitionRun {
  readonly partition: number;
  readonly run: (end: number) => Records | undefined;
  readonly mark?: { readonly text: string; readonly from: number };
}
