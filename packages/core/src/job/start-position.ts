import type { InputReader } from './input-reader.js';

/** Where to start in a partition; `known` where the checkpoint had it, or the history is new. */
export interface StartPosition {
  readonly input: InputReader;
  readonly partition: number;
  readonly position: number;
  /** The offset behind its last record, as of when it was looked at. */
  readonly end: number;
  readonly known: boolean;
}
