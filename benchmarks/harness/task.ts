import type { Measures, ServerName } from './suite.js';

/** What one process is asked to do: answer once. */
export interface Task {
  readonly suite: string;
  readonly engine: string;
  readonly records: number;
  /** Records of a run before, that is not measured and warms up what is compiled and loaded on first use. */
  readonly warmUpRecords: number;
  /** The server that it reads from, whose CPU time is measured too. */
  readonly server?: ServerName;
  /** Where to write a profile of the run; it is slower then. */
  readonly profile?: string;
}

/** What came of it. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answer: string; readonly measures: Measures; readonly settings: Settings }
  | { readonly kind: 'failed'; readonly problem: string };

export type Settings = { readonly [name: string]: string | number };
