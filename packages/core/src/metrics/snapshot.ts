import type { LedgerCounts } from '../ledger/ledger.js';

/** The state of a run in numbers, as of now: the one thing that dashboards, exporters and the command line read. */
export interface MetricsSnapshot {
  readonly v: 1;
  readonly job: string;
  readonly mode: string;
  readonly state: 'starting' | 'running' | 'stopping' | 'done' | 'failed';
  readonly tasks: number;
  /** Milliseconds since the start. */
  readonly upMs: number;
  readonly sources: { readonly [input: string]: SourceMetrics };
  /** By operator name. */
  readonly operators: { readonly [operator: string]: OperatorMetrics };
  readonly outputs: { readonly [output: string]: OutputMetrics };
  readonly checkpoints: CheckpointMetrics;
}

/** One input. */
export interface SourceMetrics {
  readonly records: LedgerCounts;
  /** Text values that were mended, and keys that a record held more than once. */
  readonly repaired: number;
  readonly repeatedKeys: number;
  readonly partitions: readonly PartitionMetrics[];
}

/** One partition of an input. */
export interface PartitionMetrics {
  readonly partition: number;
  readonly position: number;
  readonly state: 'reading' | 'caughtUp' | 'idle' | 'ended' | 'paused';
  /** Event time per `eventTime`, in ms; null while it is not known. */
  readonly watermarks: { readonly [eventTime: string]: number | null };
}

/** One operator, over all tasks. */
export interface OperatorMetrics {
  readonly records: LedgerCounts;
  /** Rows of state. */
  readonly stateRows: number;
}

/** One output. */
export interface OutputMetrics {
  readonly rows: number;
  readonly digest: string;
  /** The watermark that the output has reached, in ms; null while it is not known. */
  readonly watermark: number | null;
}

/** The chain of checkpoints. */
export interface CheckpointMetrics {
  /** The number of the last durable one; −1 before the first. */
  readonly last: number;
  /** Milliseconds since it was durable; null before the first of this run. */
  readonly ageMs: number | null;
  /** How long the last one took, and how large its state is. */
  readonly durationMs: number | null;
  readonly stateBytes: number;
  /** The number that the run started from; −1 for a new history. */
  readonly restored: number;
}
