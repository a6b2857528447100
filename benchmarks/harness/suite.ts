/** What is measured of one run. */
export interface Measures {
  readonly wallMs: number;
  /** Of all threads of the process: collectors, compilers and workers too. */
  readonly cpuMs: number;
  /** The most memory that the process had at once, during the run; its input is in it where that is in memory. */
  readonly peakMb: number;
  /** Until the first record was there, where the engine has to reach a server first; part of `wallMs`. */
  readonly startMs?: number;
  /** Of the server that the records come from, during the run. It shares the cores, and is none of the engine's own. */
  readonly serverCpuMs?: number;
}

/** What competitors are compared by. */
export type Measure = 'wallMs' | 'cpuMs' | 'peakMb';

/** A question over one input, put to several engines. One file of `suites` exports one as `suite`. */
export interface Suite {
  /** Says where the measurement begins and ends: figures of different boundaries are never put side by side. */
  readonly title: string;
  /** What is asked, in a sentence or two. */
  readonly question: string;
  /** How many records it is asked over, unless the command says so. */
  readonly records: number;
  /** Multiples of the records that every engine is asked over, each as a competitor of its own; [1] where left out. */
  readonly scales?: readonly number[];
  /** The server that engines read from. Where the environment does not name one, one is started for the run. */
  readonly server?: ServerName;
  /** Makes what engines load, where it is missing. Says what it is. */
  prepare(records: number): Promise<Input>;
  /** The right answer. */
  answer(records: number): string;
  /** What is to be reached. */
  readonly targets: readonly Target[];
}

/** The servers that a suite can need. */
export type ServerName = 'kafka';

/** What identifies an input. */
export interface Input {
  readonly description: string;
  readonly sha256: string;
}

/** A bound on a competitor's measure, as a multiple of Millrace's own. */
export interface Target {
  readonly competitor: string;
  readonly measure: Measure;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** The answer of one engine to one suite. The file `engines/<engine>/<suite>` exports one as `engine`. */
export interface Engine {
  /** What a reader has to know to judge it: version, threads, guarantees, what it leaves out. */
  readonly settings: { readonly [name: string]: string | number };
  /** Reads what is given in memory: not measured. */
  load(records: number): Promise<LoadedEngine>;
}

/** An engine with its input. */
export interface LoadedEngine {
  /**
   * Answers, once: measured. What it takes only to write the answer down is left to the function that it may give instead. An engine
   * that has to reach a server calls `started` with the first record.
   */
  run(started: () => void): Promise<Answer> | Answer;
}

/** An answer, or what writes it down. */
export type Answer = string | (() => string);

/** One engine at one scale: what a line of a report is about. */
export interface Competitor {
  readonly name: string;
  readonly engine: string;
  readonly scale: number;
}

/** The engine that all others are compared with. */
export const ownEngine = 'millrace';

/** Every engine at every scale of the suite. The first is the one to compare with. */
export function competitorsOf({ scales = [1] }: Pick<Suite, 'scales'>, engines: readonly string[]): Competitor[] {
  return scales.flatMap((scale) =>
    engines.map((engine) => ({ engine, scale, name: scale === 1 ? engine : `${engine} ×${scale}` })),
  );
}
