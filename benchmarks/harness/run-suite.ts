import { createHash } from 'node:crypto';
import { type Competitor, competitorsOf, type Input, type Suite } from './suite.js';
import type { Measures } from './suite.js';
import type { Outcome, Settings, Task } from './task.js';

/** How often, and over how much, a suite is run. */
export interface RunPlan {
  readonly records: number;
  readonly repeat: number;
  readonly engines: readonly string[];
}

/** All that a run of a suite has found. */
export interface SuiteRun {
  readonly suite: string;
  readonly title: string;
  readonly question: string;
  readonly plan: RunPlan & { readonly warmUpRecords: number };
  readonly inputs: readonly (Input & { readonly scale: number; readonly answer: string })[];
  readonly competitors: readonly CompetitorRun[];
}

/** The samples of one competitor. Those of a wrong answer are not kept: they are the time of other work. */
export interface CompetitorRun extends Competitor {
  readonly settings: Settings;
  readonly samples: readonly Measures[];
  readonly status: 'right' | 'wrong' | 'failed';
  /** What is wrong, or why it failed. */
  readonly problem?: string;
}

const warmUpShare = 0.1;
const warmUpMax = 200_000;

/**
 * Asks every competitor `repeat` times, in turns, so that a slow minute of the machine meets all of them, and compares
 * every answer with the right one. A competitor that was wrong or has failed once is not asked again.
 */
export async function runSuite(
  name: string,
  suite: Suite,
  plan: RunPlan,
  work: (task: Task) => Promise<Outcome>,
  report: (line: string) => void,
): Promise<SuiteRun> {
  const { records, repeat, engines } = plan;
  const warmUpRecords = Math.min(Math.ceil(records * warmUpShare), warmUpMax);
  const scales = suite.scales ?? [1];
  const server = suite.server === undefined ? {} : { server: suite.server };
  report('Preparing the input.');
  await suite.prepare(warmUpRecords);
  const inputs = [];
  const answers = new Map<number, string>();
  for (const scale of scales) {
    const answer = suite.answer(records * scale);
    answers.set(scale, answer);
    inputs.push({ scale, ...(await suite.prepare(records * scale)), answer: digestOf(answer) });
  }
  const runs = competitorsOf(suite, engines).map((competitor) => newRun(competitor));
  for (let round = 0; round < repeat; round++) {
    for (const run of rotated(runs, round)) {
      if (run.status !== 'right') continue;
      const { engine, scale } = run;
      const outcome = await work({ suite: name, engine, records: records * scale, warmUpRecords, ...server });
      take(run, outcome, answers.get(scale)!);
      report(`${round + 1}/${repeat}  ${run.name}  ${lineOf(run)}`);
    }
  }
  const { title, question } = suite;
  return { suite: name, title, question, plan: { ...plan, warmUpRecords }, inputs, competitors: runs };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type OpenRun = Writable<CompetitorRun> & { samples: Measures[] };

function newRun(competitor: Competitor): OpenRun {
  return { ...competitor, settings: {}, samples: [], status: 'right' };
}

function take(run: OpenRun, outcome: Outcome, answer: string): void {
  if (outcome.kind === 'failed') {
    run.status = 'failed';
    run.problem = outcome.problem;
    return;
  }
  run.settings = outcome.settings;
  if (outcome.answer === answer) {
    run.samples.push(outcome.measures);
  } else {
    run.status = 'wrong';
    run.problem = differenceOf(outcome.answer, answer);
    run.samples = [];
  }
}

// Who goes first differs from round to round.
function rotated<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

function lineOf({ status, samples, problem }: CompetitorRun): string {
  if (status !== 'right') return `${status}: ${problem}`;
  const { wallMs, cpuMs, peakMb } = samples.at(-1)!;
  return `${wallMs.toFixed(0)} ms, CPU ${cpuMs.toFixed(0)} ms, peak ${peakMb.toFixed(0)} MB`;
}

function differenceOf(answer: string, right: string): string {
  const lines = answer.split('\n');
  const rightLines = right.split('\n');
  const at = rightLines.findIndex((line, i) => line !== lines[i]);
  const first = at === -1 ? rightLines.length : at;
  const counts = `${lines.length - 1} rows instead of ${rightLines.length - 1}`;
  return `${counts}; row ${first + 1} is "${lines[first] ?? ''}" and not "${rightLines[first] ?? ''}"`;
}

/** What tells two answers apart. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
