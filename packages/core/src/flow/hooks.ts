import type { Batch } from '../batch/batch.js';
import type { RejectedRow } from '../connector/records.js';
import type { LedgerCounts } from '../ledger/ledger.js';
import type { Logger } from '../metrics/logger.js';
import type { StateTables } from '../state/table.js';

/**
 * What an operator does, in one task. All hooks are synchronous and are called by the driver only, never while another
 * one of the same task is running. A hook that throws fails the run.
 */
export interface OperatorHooks {
  /**
   * A batch came from input `input`. Called as often as there are batches, never after `close`. The batch is immutable
   * and may be kept. Every selected row must be counted in the ledger before the hook returns (`context.ledger`).
   */
  batch(batch: Batch, input: number): void;
  /**
   * The watermark of the input (the minimum over all inputs) has risen to `time`, at the end to +∞. Rows at `time` may
   * still come. Default: pass it on. Who holds rows releases those below it first, then calls `context.watermark`.
   */
  watermark?(time: number): void;
  /**
   * The state as of now, as tables with a column `group`. Called once per checkpoint, between batches. The tables must
   * not change afterwards: copy what will be written. Operators without state leave it out.
   */
  snapshot?(): StateTables;
  /** The rows of earlier snapshots that belong to this task's groups. Called at most once, before any batch. */
  restore?(tables: StateTables): void;
  /** Rows that the state holds now, for metrics. */
  stateRows?(): number;
  /** Bytes of the rows that wait for the watermark (those that the ledger counts as pending), to bound them by. */
  heldBytes?(): number;
  /** The run is over. Nothing may be emitted. */
  close?(): void;
  /** Only of the operator that sets event time. */
  readonly clock?: EventClock;
  /** Only of an operator that shows early rows, and only where `context.early` is there. */
  readonly early?: EarlyRows;
  /** Only of an operator that asks outside of the run, and goes on meanwhile (`answersInOrder`). */
  readonly answers?: PendingAnswers;
}

/**
 * How the driver and an operator that asks outside of the run speak of the batches that wait for their answers. The driver
 * pulls nothing while one is full (law 9), and cuts a checkpoint only when nothing is under way: no state holds them.
 */
export interface PendingAnswers {
  /** How many batches wait. */
  readonly underWay: number;
  /** Whether it will take no other before one of them is answered. */
  readonly full: boolean;
  /**
   * Hands on what has been answered, in the order in which it came. Called between two pulls, also where nothing has been
   * answered. Throws what asking failed with.
   */
  deliver(): void;
}

/** How the driver asks an operator for early rows: what its rows would be if nothing more came. */
export interface EarlyRows {
  /** The least time between two showings, in ms of the run's clock. */
  readonly everyMs: number;
  /** Whether there is something to show that was not shown yet. Looked at between any two pulls. */
  readonly changed: boolean;
  /**
   * Hands on, by `context.early` alone, what has changed since it was last called. Called between two pulls, and never
   * between a barrier and the end of its snapshots. What comes out later, and what is saved, must be as if it had never
   * been called. A showing that throws is left out: the run goes on.
   */
  show(): void;
}

/** How the driver and the operator that sets event time speak of the watermarks of source partitions. */
export interface EventClock {
  /** Counts a partition in: it holds the minimum at −∞ until its first record or an entry of the time log. */
  assign(source: string, partition: number): void;
  /** The watermark of one partition: −∞ until it is known. */
  watermarkOf(source: string, partition: number): number;
  /** Raises the watermark of a partition (time log, end of input), and emits the minimum if that rises. Never lowers it. */
  advance(source: string, partition: number, time: number): void;
  /** Emits the minimum over the assigned partitions: +∞ where there is none. Called once, after all were assigned. */
  start(): void;
}

/** What an operator has to work with, in one task. */
export interface OperatorContext {
  /** The number of this task, and how many there are. Nothing that comes out may depend on them. */
  readonly task: number;
  readonly tasks: number;
  /** The columns of its output that something downstream reads: no others need be made. */
  readonly needed: ReadonlySet<string>;
  /** Counted by the runner: `in`. By `late` and `reject`: `late`, `rejected`. By the operator: all others. */
  readonly ledger: LedgerCounts;
  readonly logger: Logger;
  /** Hands a batch on. An empty one may be handed on and is dropped. */
  emit(batch: Batch): void;
  /** Hands early rows on (`OperatorHooks.early`). Undefined where nobody looks at any: in a replay. */
  readonly early: ((batch: Batch) => void) | undefined;
  /** Hands the watermark on; a time that is not higher than the last one is dropped. */
  watermark(time: number): void;
  /** Tells the driver that `answers.deliver` has something to hand on: all that may be called at any time. */
  answered(): void;
  /** Puts rows (physical) of `batch` aside as late, and counts them. */
  late(batch: Batch, rows: Int32Array): void;
  /** Puts rows of `batch` aside as rejected, and counts them. */
  reject(batch: Batch, rejected: readonly RejectedRow[]): void;
}
