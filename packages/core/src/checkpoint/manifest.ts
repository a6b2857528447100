import type { Staged } from '../connector/sink.js';
import type { LedgerCounts } from '../ledger/ledger.js';

/**
 * A checkpoint: positions, state and staged output of one moment, committed together by the creation of this object.
 * Manifests are kept for ever, so that a deleted number can never be created again by a process that was thought dead;
 * only the state files of old ones are removed.
 */
export interface Manifest {
  readonly v: 1;
  readonly number: number;
  /** Of the writer: tells it whether a manifest whose answer was lost is its own. */
  readonly nonce: string;
  /** Written by an owner that took over, before it did anything else: the checkpoint before it, once more. */
  readonly claim: boolean;
  readonly job: string;
  /** The id of the history, born with manifest 0. */
  readonly lineage: string;
  readonly createdAt: string;
  readonly sources: { readonly [input: string]: SourceCut };
  /** What became of idle partitions and of the end: what this checkpoint adds to the time log. */
  readonly timeLog: readonly StoredTimeLogEntry[];
  /** Per operator with state: its declared format, and the files of its tables. */
  readonly state: { readonly [operator: string]: OperatorState };
  readonly ledgers: { readonly [operator: string]: LedgerCounts };
  readonly outputs: { readonly [output: string]: OutputCut };
  /** What sinks have staged, and under which number: publishing it again is what recovery begins with. */
  readonly staged: StagedOutputs;
  /** The input has ended and every window is closed: there is nothing to go on from. */
  readonly complete: boolean;
  /** Its results were swapped in for what the sinks held (`publish: 'replace'`): this history owns them now. */
  readonly replaced: boolean;
  /**
   * Of a history that `mode: 'both'` has begun anew: the id of the replay's history that was to be gone on with until
   * then, and is not any more.
   */
  readonly insteadOf?: string;
  /**
   * Of the first and only manifest of a history that a group has spread: each partition has a chain of its own, which
   * begins with the positions and the lineage of this one.
   */
  readonly spread?: true;
}

/** An input as of a checkpoint. */
export interface SourceCut {
  /** Cluster id and topic id: a restart on another source is refused. */
  readonly identity: string;
  /** The next offset per partition. */
  readonly positions: { readonly [partition: string]: number };
}

/** An entry of the time log; JSON has no infinity, so the end is a word. */
export interface StoredTimeLogEntry {
  readonly eventTime: string;
  readonly source: string;
  readonly partition: number;
  readonly offset: number;
  readonly watermark: number | 'end';
}

/** The state of one operator. */
export interface OperatorState {
  readonly format: string;
  readonly files: readonly StateFile[];
}

/** One table of one task. */
export interface StateFile {
  readonly key: string;
  readonly table: string;
  readonly task: number;
  readonly rows: number;
  readonly bytes: number;
  /** Of its bytes: damage is noticed before it becomes a wrong answer. */
  readonly hash: string;
}

/** An output as of a checkpoint. */
export interface OutputCut {
  /** The schema of its rows, as text. */
  readonly schema: string;
  readonly rows: number;
  readonly digest: string;
}

/** What the sinks staged for checkpoint `checkpoint`. */
export interface StagedOutputs {
  readonly checkpoint: number;
  readonly outputs: { readonly [output: string]: Staged };
  /** The checkpoint that each output had shown by then: a sink that shows less has lost it. */
  readonly shown: { readonly [output: string]: number };
  /** Whether it ended the run: with `publish: 'replace'` the moment to swap. */
  readonly final: boolean;
}
