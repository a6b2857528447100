import { readFileSync } from 'node:fs';
import type { SuiteRun } from './run-suite.js';
import { type Ratio, ratioOfMedians } from './statistics.js';
import { measureNames } from './verdicts.js';

/** What is kept of a run, as far as two of them are compared. */
type Kept = Pick<SuiteRun, 'suite' | 'plan' | 'inputs' | 'competitors'>;

/**
 * What the second of two kept results needs of what the first needed, per engine and measure, as lines of text. Figures of
 * other inputs are not put side by side.
 *
 * @throws Error in one sentence, where they answer different questions.
 */
export function comparisonOf(before: Kept, after: Kept): string[] {
  const question = ({ suite, plan, inputs }: Kept): string => `${suite} over ${plan.records} records (${inputs.map(({ sha256 }) => sha256.slice(0, 8)).join(', ')})`; // prettier-ignore
  if (question(before) !== question(after)) {
    throw new Error(`They answer different questions: ${question(before)}, and ${question(after)}.`);
  }
  return after.competitors.flatMap(({ name, samples }) => {
    const earlier = before.competitors.find((each) => each.name === name)?.samples ?? [];
    if (earlier.length === 0 || samples.length === 0) return [`${name}  has no figure in one of them`];
    const ratios = measureNames.map((measure) => {
      const values = (of: typeof samples): number[] => of.map((sample) => sample[measure]);
      return `${measure} ${textOf(ratioOfMedians(values(samples), values(earlier)))}`;
    });
    return [`${name}  ${ratios.join('  ')}`];
  });
}

/** Reads a kept result. */
export function keptRun(path: string): Kept {
  return JSON.parse(readFileSync(path, 'utf8')) as Kept;
}

function textOf({ value, low, high }: Ratio): string {
  if (high === Infinity) return `× ${value.toFixed(2)} (too few runs)`;
  const verdict = low <= 1 && high >= 1 ? ', no verdict' : '';
  return `× ${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)}${verdict})`;
}
