import type { Logger } from '../metrics/logger.js';
import type { Group } from '../connector/group.js';
import type { EarlyAppend, Mode, Sink } from '../connector/sink.js';
import type { Source } from '../connector/source.js';
import type { Flow } from '../flow/flow.js';
import type { LedgerCounts } from '../ledger/ledger.js';
import type { Fields } from '../schema/column-type.js';
import type { SideFields } from '../side/side-record.js';
import type { TimeLogEntry } from '../time/time-log.js';
import type { Clock } from '../time/clock.js';
import type { JobDescription } from './describe.js';
import type { MetricsSnapshot } from '../metrics/snapshot.js';

/** Marks a job value, also across two copies of the package. */
export const jobBrand: unique symbol = Symbol.for('millrace.job') as never;

/** What a graph gives: flows by output name. */
export type Outputs = { readonly [output: string]: Flow<Fields, Mode> };

/** One source, or several by the names of the graph's inputs. */
export type Inputs = Source | { readonly [input: string]: Source };

/** The flows that a graph is given for its sources. */
export type FlowsOf<I> =
  I extends Source<infer F> ? Flow<F> : { [K in keyof I]: I[K] extends Source<infer F> ? Flow<F> : never };

/** Sources of the same fields as `I`, of whatever kind: a topic live, a table in replay. */
export type SameRecords<I> =
  I extends Source<infer F> ? Source<F> : { readonly [K in keyof I]: I[K] extends Source<infer F> ? Source<F> : never };

// A flow with early rows needs a sink that shows them, but for a replay, which has none.
type SinkOf<F, M extends Mode, Early> = [M, Early] extends [EarlyAppend, true]
  ? Sink<F, M> & { readonly early: true }
  : Sink<F, M>;
type SinksOf<O, Early> = (string extends keyof O
  ? { readonly [output: string]: Sink<never, never> }
  : { readonly [K in keyof O]: O[K] extends Flow<infer F, infer M> ? SinkOf<F, M, Early> : never }) & {
  readonly late?: Sink<SideFields, 'append'>;
  readonly rejected?: Sink<SideFields, 'append'>;
};

/**
 * A sink for every output, of a shape that takes its rows; and for what was put aside, where that is wanted.
 *
 * While TypeScript has not looked into a graph that is written in place, its outputs are still any: any sink must do then.
 */
export type SinksFor<O> = SinksOf<O, true>;

/** Sinks in the place of a job's: in a replay, which shows no early rows, any that takes the final ones. */
export type RunSinks<O> = Partial<SinksOf<O, false>>;

/** A job: a value without side effects. Each run goes on where the last one stopped, until the input has ended. */
export interface Job<O extends Outputs = Outputs> {
  readonly name: string;
  readonly [jobBrand]: JobRuntime;
  /** Never set: carries the outputs for inference. */
  readonly _outputs?: O;
}

/** How a job value is run: the one thing that differs between a graph's job and an archive. */
export interface JobRuntime {
  start(options: RunOptions): JobHandle;
  describe(): JobDescription;
}

/** Where the records come from. The graph cannot tell. */
export type RunMode = 'live' | 'replay' | 'both';

/** How to run a job. */
export interface RunOptions<O extends Outputs = Outputs> {
  /** `live`: the topic. `replay`: the lake. `both`: the lake, then the topic from the next offset on. */
  readonly mode: RunMode;
  /** Other sinks than the job's, by output. */
  readonly sinks?: RunSinks<O>;
  /**
   * `append`: rows are shown as they come (the default). `replace`: the results are built aside and swapped for what the
   * sinks hold, in one step, at the end.
   */
  readonly publish?: 'append' | 'replace';
  /** Asks the run to stop, as `stop()` does: drain, last checkpoint, publish. */
  readonly signal?: AbortSignal;
  /** How many tasks share the partitions (1). In one process they share a core too; the answer is the same. */
  readonly tasks?: number;
  /**
   * What the end of bounded input means. `flush`: every window closes and the history is complete (the default of
   * `replay` and of live memory sources that were ended). `hold`: windows stay open for the next run (of `both`).
   */
  readonly atEnd?: 'flush' | 'hold';
  /** Starts a new history from the lowest stored offset, instead of going on from the last checkpoint. */
  readonly lineage?: 'new';
  /**
   * Names of operators whose state in the last checkpoint is given up, since the graph does not have them any more. What
   * they hold, rows that wait included, is lost; without it such a graph is refused.
   */
  readonly dropState?: readonly string[];
  /**
   * The group of processes that share the job, of `mode: 'live'`: one that starts the same job with it joins them. Where
   * the graph needs no exchange and its sinks can be shared, its partitions are spread over the members; otherwise one
   * of them runs the job and the others stand by. The checkpoints have to be where all can reach them. Such a run ends
   * when it is stopped.
   */
  readonly group?: Group;
  /** The time log that a replay takes its idle partitions from; by default that of the job's own live checkpoints. */
  readonly timeLog?: readonly TimeLogEntry[];
  /** Time between two checkpoints ('10s'). One more is made at the end, and none where nothing has changed. */
  readonly checkpointEvery?: string;
  /** How long a partition must be caught up and quiet to count as idle ('5s'). */
  readonly idleTimeout?: string;
  /** Rows that a partition may wait with, ahead of the others, before it is paused (1,000,000). */
  readonly maxHeld?: number;
  /** Rows per batch (8,192). */
  readonly batchRows?: number;
  readonly logger?: Logger;
  /** Where the report of the end goes: stderr unless said otherwise; `false` for nowhere. */
  readonly report?: ((text: string) => void) | false;
  /** The time of the run, by which checkpoints and idleness are reckoned; never what is late or final. */
  readonly clock?: Clock;
}

/** A run under way. */
export interface JobHandle {
  /** Settles when bounded input has ended or the job was stopped; rejects with the run's first error. */
  readonly done: Promise<RunResult>;
  /**
   * Stops reading, lets what is under way finish, makes a last checkpoint and publishes. May be called more than once.
   * After `deadline` ('30s') it gives up waiting: what is not published then is redone by the next run.
   */
  stop(options?: { readonly deadline?: string }): Promise<RunResult>;
  metrics(): MetricsSnapshot;
  describe(): JobDescription;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a run has done, over the whole history of the job. */
export interface RunResult {
  readonly job: string;
  /** Whether the input ended, or the run was stopped before. */
  readonly ended: 'end' | 'stopped';
  /** The number of the last checkpoint. */
  readonly checkpoint: number;
  readonly outputs: { readonly [output: string]: OutputResult };
  readonly ledger: { readonly [operator: string]: LedgerCounts };
  /** The report as text: one line per output with its digest, and the ledger. */
  readonly report: string;
}

/** The final rows of one output. */
export interface OutputResult {
  readonly rows: number;
  /** 128 bits as hex, independent of the order of rows; for an upsert flow, of the last row per key. */
  readonly digest: string;
}
