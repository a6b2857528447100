import type { Records } from '../connector/records.js';
import type { Clock } from '../time/clock.js';
import type { InputReader } from './input-reader.js';

/** One source partition of a run: its position, and one read ahead of it. */
export interface PartitionReader {
  readonly input: InputReader;
  readonly partition: number;
  /** The task that owns it. */
  readonly task: number;
  /** The next offset to be pushed: what a checkpoint keeps. */
  readonly position: number;
  /** `ready`: records wait to be taken. `reading`: the source has not answered yet, which is not idleness. */
  readonly state: 'reading' | 'ready' | 'caughtUp' | 'ended';
  /** The moment since when it has been caught up and quiet; undefined while it is not. */
  readonly quietSince: number | undefined;
  /** Set from the barrier that records an entry for it until that is durable: it is not read meanwhile. */
  held: boolean;
  /** Takes the records that wait, and reads on behind them. */
  take(): Records;
  /** Starts reading. */
  start(): void;
}

/** What a partition reader has to know of its run. */
export interface PartitionReaderOptions {
  readonly input: InputReader;
  readonly partition: number;
  readonly task: number;
  readonly position: number;
  readonly batchRows: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called whenever its state has changed. */
  readonly changed: () => void;
  readonly failed: (error: unknown) => void;
}

/** Reads one partition, always one pull ahead. */
export function partitionReader(options: PartitionReaderOptions): PartitionReader {
  const { input, partition, task, batchRows, clock, signal, changed, failed } = options;
  let { position } = options;
  let state: PartitionReader['state'] = 'reading';
  let quietSince: number | undefined;
  let records: Records | undefined;

  async function read(from: number): Promise<void> {
    for (;;) {
      const pull = await input.reader.read(partition, from, batchRows);
      if (signal.aborted) return;
      if (pull.kind === 'records') {
        records = pull.records;
        quietSince = undefined;
        state = 'ready';
        return changed();
      }
      quietSince ??= clock.now();
      state = pull.kind === 'end' ? 'ended' : 'caughtUp';
      changed();
      if (pull.kind === 'end') return;
      await input.reader.arrival(partition, from, signal);
      if (signal.aborted) return;
      state = 'reading';
    }
  }
  const readOn = (from: number): void => {
    state = 'reading';
    read(from).catch((error: unknown) => {
      if (!signal.aborted) failed(error);
    });
  };

  return {
    input,
    partition,
    task,
    held: false,
    get position() {
      return position;
    },
    get state() {
      return state;
    },
    get quietSince() {
      return quietSince;
    },
    take() {
      const taken = records!;
      records = undefined;
      position = taken.next;
      readOn(position);
      return taken;
    },
    start: () => readOn(position),
  };
}
