import type { CompetitorRun, SuiteRun } from './run-suite.js';
import { median, type Ratio, ratioOfMedians } from './statistics.js';
import { type Measure, type Measures, ownEngine, type Target } from './suite.js';

export const measureNames: readonly Measure[] = ['wallMs', 'cpuMs', 'peakMb'];

/** What a competitor needs, as multiples of what Millrace needs: above 1 Millrace needs less. */
export interface Comparison {
  readonly competitor: string;
  readonly ratios: { readonly [M in Measure]: Ratio };
}

/** Something that another engine does with less. */
export interface Loss {
  readonly competitor: string;
  readonly measure: Measure;
  /** What it needs of what Millrace needs; below 1. */
  readonly ratio: Ratio;
}

/** Whether a target was reached: by the median, and whether the interval lies on one side of it. */
export interface TargetResult extends Target {
  readonly ratio: Ratio;
  readonly reached: boolean;
  readonly certain: boolean;
}

/** What follows from the samples of a run, by rule. Competitors that were wrong or failed are in none of it. */
export interface Verdicts {
  readonly medians: readonly { readonly competitor: string; readonly medians: Measures; readonly count: number }[];
  readonly comparisons: readonly Comparison[];
  /** Where we lose: the interval lies below 1. */
  readonly losses: readonly Loss[];
  readonly targets: readonly TargetResult[];
}

export function verdictsOf({ competitors }: SuiteRun, targets: readonly Target[]): Verdicts {
  const right = competitors.filter(({ status, samples }) => status === 'right' && samples.length > 0);
  const medians = right.map((run) => ({ competitor: run.name, medians: mediansOf(run), count: run.samples.length }));
  const own = right.find(({ engine, scale }) => engine === ownEngine && scale === 1);
  if (own === undefined) return { medians, comparisons: [], losses: [], targets: [] };
  const comparisons = right
    .filter((run) => run !== own)
    .map((run) => ({ competitor: run.name, ratios: ratiosOf(run, own) }));
  const others = new Set(right.filter(({ engine }) => engine !== ownEngine).map(({ name }) => name));
  const losses = comparisons
    .filter(({ competitor }) => others.has(competitor))
    .flatMap(({ competitor, ratios }) =>
      measureNames
        .filter((measure) => ratios[measure].high < 1)
        .map((measure) => ({ competitor, measure, ratio: ratios[measure] })),
    );
  const results = targets.flatMap((target) => {
    const found = comparisons.find(({ competitor }) => competitor === target.competitor);
    return found === undefined ? [] : [targetResult(target, found.ratios[target.measure])];
  });
  return { medians, comparisons, losses, targets: results };
}

function targetResult(target: Target, ratio: Ratio): TargetResult {
  const { atLeast = -Infinity, atMost = Infinity } = target;
  const inside = (value: number): boolean => value >= atLeast && value <= atMost;
  const reached = inside(ratio.value);
  return { ...target, ratio, reached, certain: inside(ratio.low) === reached && inside(ratio.high) === reached };
}

function mediansOf({ samples }: CompetitorRun): Measures {
  return perMeasure((measure) => median(samples.map((sample) => sample[measure])));
}

function ratiosOf(run: CompetitorRun, own: CompetitorRun): { readonly [M in Measure]: Ratio } {
  return perMeasure((measure) =>
    ratioOfMedians(
      run.samples.map((sample) => sample[measure]),
      own.samples.map((sample) => sample[measure]),
    ),
  );
}

function perMeasure<T>(value: (measure: Measure) => T): { readonly [M in Measure]: T } {
  return { wallMs: value('wallMs'), cpuMs: value('cpuMs'), peakMb: value('peakMb') };
}
