import { millraceError } from '../error/millrace-error.js';
import type { TimeLogEntry } from '../time/time-log.js';
import type { EventTimes } from './event-times.js';
import type { InputReader } from './input-reader.js';
import type { OpenRun } from './open-run.js';
import type { StartPosition } from './start-position.js';
import { partitionReader, type PartitionReader } from './partition-reader.js';
import type { RunSettings } from './run-settings.js';

/** The partitions that a run reads; more may be found while it runs. */
export interface Partitions {
  /** In the order in which they take turns without event time. */
  readonly all: readonly PartitionReader[];
  /** Counts in those of the start, and emits the first watermarks. `owed` are entries that are durable already. */
  start(positions: readonly StartPosition[], owed: readonly TimeLogEntry[]): void;
  /** Looks for new ones, from time to time. */
  discover(): Promise<void>;
  /** The time of the next look. */
  readonly discoverAt: number;
  /** Puts a partition behind all others. */
  toBack(partition: PartitionReader): void;
  /** Whether it is at its end, or caught up and quiet for the idle timeout. */
  readonly isIdle: (partition: PartitionReader) => boolean;
}

/** What they have to know of their run. */
export interface PartitionsOptions {
  readonly run: OpenRun;
  readonly settings: RunSettings;
  readonly times: EventTimes;
  readonly signal: AbortSignal;
  readonly changed: () => void;
  readonly failed: (error: unknown) => void;
  /** Told of the entry by which a new partition has come in. */
  readonly entered: (entry: TimeLogEntry | undefined) => void;
}

/** The partitions of an open run. */
export function partitionsOf(options: PartitionsOptions): Partitions {
  const { run, settings, times, signal, changed, failed, entered } = options;
  const { clock, batchRows, idleTimeoutMs, checkpointEveryMs } = settings;
  const all: PartitionReader[] = [];
  let discoverAt = clock.now() + checkpointEveryMs;

  function add({ input, partition, position }: StartPosition): PartitionReader {
    const task = partition % run.graph.tasks;
    const added = partitionReader({ input, partition, position, task, batchRows, clock, signal, changed, failed });
    all.push(added);
    times.assign(added);
    return added;
  }

  // A partition that is new to the history enters by the time log: what is final stays so. What moved into it with its
  // keys cannot be found where a source promised that keys stay.
  function enter(start: StartPosition): void {
    const { input, partition, position: offset } = start;
    const { keyedBy, label } = input.source;
    if (keyedBy !== undefined) {
      throw millraceError('MILLRACE_SOURCE_REPARTITIONED', { source: label, field: keyedBy, partition });
    }
    const minima = times.minima(input, all);
    const added = add(start);
    entered(undefined);
    for (const [eventTime, watermark] of minima) {
      if (watermark === -Infinity) continue;
      const entry = { eventTime, source: input.name, partition, offset, watermark };
      times.apply(entry);
      entered(entry);
    }
    added.held = true;
    added.start();
  }

  return {
    all,
    start(positions, owed) {
      positions.filter(({ known }) => known).forEach(add);
      for (const entry of owed) times.apply(entry);
      const isAwaited = ({ source, name }: InputReader): boolean =>
        !source.bounded && !all.some(({ input }) => input.name === name);
      times.start(run.inputs.filter(isAwaited));
      for (const partition of all) partition.start();
      positions.filter(({ known }) => !known).forEach(enter);
    },
    async discover() {
      if (clock.now() < discoverAt) return;
      discoverAt = clock.now() + checkpointEveryMs;
      for (const input of run.inputs) {
        for (const { partition, start, end } of await input.reader.partitions()) {
          if (all.some((each) => each.input === input && each.partition === partition)) continue;
          enter({ input, partition, position: start, end, known: false });
        }
      }
    },
    get discoverAt() {
      return discoverAt;
    },
    toBack(partition) {
      all.push(...all.splice(all.indexOf(partition), 1));
    },
    isIdle: ({ state, quietSince }) =>
      state === 'ended' || (state === 'caughtUp' && clock.now() - quietSince! >= idleTimeoutMs),
  };
}
