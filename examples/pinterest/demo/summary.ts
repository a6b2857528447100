import { isDeepStrictEqual } from 'node:util';
import type { RunResult } from '@millrace/core';
import type { PinWindow, RightAnswer } from '../records/right-answer.js';
import { bar, columns, count } from './screen.js';

/** The results of the runs by name, in the order in which they are shown. */
export type Results = { readonly [run: string]: RunResult };

/** The most popular categories over all windows, as lines. */
export function categoryLines(windows: readonly PinWindow[]): string[] {
  const totals = new Map<string, { pins: number; followers: number; best: PinWindow }>();
  for (const window of windows) {
    const { category, pins, followers } = window;
    const total = totals.get(category) ?? { pins: 0, followers: 0, best: window };
    total.pins += pins;
    total.followers += followers ?? 0;
    if (pins > total.best.pins) total.best = window;
    totals.set(category, total);
  }
  const ranked = [...totals].sort(([, a], [, b]) => b.pins - a.pins);
  const most = ranked[0]?.[1].pins ?? 1;
  const lines = columns([
    ['category', 'pins', 'followers', 'best minute', 'pins in it'],
    ...ranked.map(([category, { pins, followers, best }]) => [
      category,
      count(pins),
      `${count(followers / 1_000_000)} M`,
      new Date(best.windowStart).toISOString().slice(11, 16),
      count(best.pins),
    ]),
  ]);
  return lines.map((line, i) =>
    i === 0 ? line : `${line}   ${bar(ranked[i - 1]![1].pins / most, 24).replaceAll('░', '')}`,
  );
}

/** The ledger of every run, without outcomes that nothing had: once where they are equal, which they should be. */
export function ledgerLines(results: Results): { readonly title: string; readonly lines: readonly string[] }[] {
  const runs = Object.entries(results);
  const [[, first]] = runs as [[string, RunResult]];
  const isSame = runs.every(([, { ledger }]) => isDeepStrictEqual(ledger, first.ledger));
  const shown = isSame ? [[runs.map(([name]) => name).join(' = '), first] as const] : runs;
  return shown.map(([title, { ledger }]) => {
    const isThere = (outcome: Outcome): boolean => Object.values(ledger).some((counts) => counts[outcome] > 0);
    const outcomes = allOutcomes.filter(isThere);
    const rows = Object.entries(ledger).map(([name, counts]) => [name, ...outcomes.map((each) => count(counts[each]))]);
    return { title, lines: columns([['operator', ...outcomes], ...rows]) };
  });
}

const allOutcomes = ['in', 'taken', 'late', 'duplicate', 'rejected', 'filtered', 'pending'] as const;
type Outcome = (typeof allOutcomes)[number];

/** Per output, whether all runs gave the same rows; as lines, and as the outputs in which they differ. */
export function digestLines(results: Results): { readonly lines: readonly string[]; readonly differing: string[] } {
  const runs = Object.entries(results);
  const outputs = Object.keys(runs[0]![1].outputs);
  const lines = columns([
    ['output', 'rows', ...runs.map(([name]) => name)],
    ...outputs.map((output) => [
      output,
      count(runs[0]![1].outputs[output]!.rows),
      ...runs.map(([, result]) => `d:${result.outputs[output]!.digest.slice(0, 16)}`),
    ]),
  ]);
  const differing = outputs.filter((output) =>
    runs.some(([, result]) => !isDeepStrictEqual(result.outputs[output], runs[0]![1].outputs[output])),
  );
  return { lines, differing };
}

/** What a run has come to that is not what the emulator knows to be right, in sentences. */
export function mistakes(run: string, result: RunResult, windows: readonly PinWindow[], answer: RightAnswer): string[] {
  const { records, rejected, late, duplicates, kept } = answer;
  const total = (outcome: 'late' | 'duplicate' | 'rejected'): number =>
    Object.values(result.ledger).reduce((sum, counts) => sum + counts[outcome], 0);
  const expected: readonly (readonly [what: string, is: number, right: number])[] = [
    ['records read', result.ledger['source(pins)']?.in ?? 0, records],
    ['records rejected', total('rejected'), rejected.source + rejected.clean + rejected.eventTime],
    ['records late', total('late'), late],
    ['duplicates', total('duplicate'), duplicates],
    ['pins kept', result.outputs['pins']?.rows ?? 0, kept],
    ['windows', windows.length, answer.windows.length],
  ];
  const wrong = expected.filter(([, is, right]) => is !== right);
  const sentences = wrong.map(([what, is, right]) => `${run}: ${what}: ${count(is)} instead of ${count(right)}`);
  const differs = answer.windows.find((right, i) => !isDeepStrictEqual(right, windows[i]));
  if (differs === undefined) return sentences;
  const { windowStart, category } = differs;
  return [...sentences, `${run}: another result for ${category} at ${new Date(windowStart).toISOString()}`];
}
