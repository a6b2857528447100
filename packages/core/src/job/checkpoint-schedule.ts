import type { TimeLogEntry } from '../time/time-log.js';
import { takeCheckpoint, type CheckpointOrder, type CheckpointParts } from './checkpointer.js';
import type { EventTimes } from './event-times.js';
import type { PartitionReader } from './partition-reader.js';
import type { RunSettings } from './run-settings.js';

/** When checkpoints are made, one at a time, beside the run. */
export interface CheckpointSchedule {
  /** Something happened that the next checkpoint has to keep; an entry of the time log, that it has to record. */
  readonly changed: (entry?: TimeLogEntry) => void;
  /** Whether it is time for one, or one is `wanted`, and none is under way. */
  isDue(wanted: boolean): boolean;
  /** Starts the one that is due, unless nothing has happened. */
  begin(): void;
  /** Makes the next one due at once. */
  hurry(): void;
  /** The last of the run: records the end of the input where it ended and is to be flushed. */
  last(ended: boolean): Promise<void>;
  /** Settles when none is under way; never rejects. */
  settled(): Promise<void>;
  readonly underWay: boolean;
  /** The time of the next one. */
  readonly dueAt: number;
  readonly state: CheckpointState;
}

/** What is known of the checkpoints of a run, for metrics. */
export interface CheckpointState {
  /** The number of the last durable one. */
  readonly last: number;
  readonly lastAt: number | undefined;
  readonly durationMs: number | undefined;
  readonly stateBytes: number;
}

/** What the schedule has to know of its run. */
export interface CheckpointScheduleOptions {
  readonly parts: CheckpointParts;
  readonly settings: RunSettings;
  readonly times: EventTimes;
  readonly isIdle: (partition: PartitionReader) => boolean;
  /** Waits until no operator waits for an answer: what the end of the input closes may be asked for too. */
  readonly answered: () => Promise<void>;
  /** Called when one is done. */
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

type Order = Omit<CheckpointOrder, 'number'>;

const midway: Omit<Order, 'entries'> = { final: false, complete: false, replaced: false };

const none: CheckpointState = { last: -1, lastAt: undefined, durationMs: undefined, stateBytes: 0 };

/** Schedules the checkpoints of a run. */
export function checkpointSchedule(options: CheckpointScheduleOptions): CheckpointSchedule {
  const { parts, settings, times, isIdle, answered, done, failed } = options;
  const { chain, partitions } = parts;
  const { clock, checkpointEveryMs } = settings;
  let changed = false;
  let recorded: TimeLogEntry[] = [];
  let underWay: Promise<void> | undefined;
  let dueAt = clock.now() + checkpointEveryMs;
  let state: CheckpointState = { ...none, last: chain.head?.number ?? -1 };

  async function make(order: Order): Promise<void> {
    const number = chain.head!.number + 1;
    const startedAt = clock.now();
    // A partition with an entry is not read before the entry is durable: what it brings would be decided by it.
    for (const entry of order.entries) partitionOf(entry, partitions)!.held = true;
    const held = partitions.filter((partition) => partition.held);
    const taken = takeCheckpoint(parts, { ...order, number, entries: [...recorded, ...order.entries] });
    recorded = [];
    changed = false;
    dueAt = startedAt + checkpointEveryMs;
    const { stateBytes } = await taken.finish();
    for (const entry of order.entries) {
      times.apply(entry);
      changed = true;
    }
    for (const partition of held) partition.held = false;
    parts.fault('time log applied');
    state = { last: number, lastAt: clock.now(), durationMs: clock.now() - startedAt, stateBytes };
    settings.logger.debug({ job: parts.job, checkpoint: number, stateBytes }, 'Checkpoint committed.');
  }

  async function last(ended: boolean): Promise<void> {
    const complete = ended && settings.atEnd === 'flush';
    const replaced = ended && settings.publish === 'replace';
    const entries = complete ? times.endEntries(partitions) : [];
    if (entries.length > 0) await make({ entries, ...midway }).then(answered);
    if (changed || complete || replaced) await make({ entries: [], final: ended, complete, replaced });
  }

  return {
    changed(entry) {
      changed = true;
      if (entry !== undefined) recorded.push(entry);
    },
    isDue: (wanted) => underWay === undefined && (wanted || clock.now() >= dueAt),
    begin() {
      const entries = times.idleEntries(partitions, isIdle);
      if (!changed && entries.length === 0) {
        dueAt = clock.now() + checkpointEveryMs;
        return;
      }
      underWay = make({ entries, ...midway })
        .catch(failed)
        .finally(() => {
          underWay = undefined;
          done();
        });
    },
    hurry() {
      dueAt = clock.now();
    },
    last,
    settled: async () => underWay,
    get underWay() {
      return underWay !== undefined;
    },
    get dueAt() {
      // One that is under way says itself when it is done; until then none can begin.
      return underWay === undefined ? dueAt : Infinity;
    },
    get state() {
      return state;
    },
  };
}

function partitionOf(
  { source, partition }: TimeLogEntry,
  partitions: readonly PartitionReader[],
): PartitionReader | undefined {
  return partitions.find((each) => each.input.name === source && each.partition === partition);
}
