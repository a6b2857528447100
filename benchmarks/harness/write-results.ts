import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchmarksFolder, cacheFolder } from '../places.js';
import type { Machine } from './machine.js';
import { markdownOf } from './markdown.js';
import type { SuiteRun } from './run-suite.js';
import type { Verdicts } from './verdicts.js';

/**
 * Writes a run as JSON, with every sample, and as Markdown, and gives the path of the latter. Only `whole` runs, of all
 * records and engines and often enough, go where results are kept; others are trials.
 */
export function writeResults(run: SuiteRun, verdicts: Verdicts, on: Machine, whole: boolean): string {
  const folder = whole ? join(benchmarksFolder, 'results') : join(cacheFolder, 'results');
  mkdirSync(folder, { recursive: true });
  const at = new Date().toISOString();
  const path = join(folder, run.suite);
  writeFileSync(`${path}.json`, `${JSON.stringify({ v: 1, at, machine: on, ...run, verdicts }, null, 2)}\n`);
  writeFileSync(`${path}.md`, markdownOf(run, verdicts, on));
  return `${path}.md`;
}
