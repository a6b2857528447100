import { rm } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jobProcess } from './demo/job-process.js';
import { handOff, replay } from './demo/lake-stages.js';
import { live } from './demo/live-stage.js';
import { count, screenOn } from './demo/screen.js';
import type { Stage } from './demo/stage.js';
import { categoryLines, digestLines, ledgerLines, mistakes, type Results } from './demo/summary.js';
import { windowsOf } from './demo/windows.js';
import { pinPipeline } from './job.js';

// `npm run demo`. README.md beside this file tells what it shows.

const pins = 200_000;
const root = resolve('.millrace/demo');
const program = fileURLToPath(import.meta.url);

const [, , role, folder] = process.argv;
if (role === 'live' || role === 'archive') await jobProcess(role, folder!);
else await demo();

async function demo(): Promise<void> {
  const startedAt = performance.now();
  const screen = screenOn(process.stdout);
  const title = (text: string): void => screen.line(`\n${screen.style('bold', text)}\n`);
  const lines = (all: readonly string[]): void => all.forEach((line) => screen.line(`  ${line}`));
  await rm(root, { recursive: true, force: true });
  const pipeline = pinPipeline(root);
  const stage: Stage = { pipeline, root, program, pins, screen };

  title(`${count(pins)} pins through one graph: live, replayed, and one after the other`);
  const { posted, result } = await live(stage);
  const results: Results = { live: result, replay: await replay(stage), both: await handOff(stage) };

  const windows = await windowsOf(pipeline, 'live');
  title('The most popular categories');
  lines(categoryLines(windows));
  for (const ledger of ledgerLines(results)) {
    title(`Every record is found again (${ledger.title})`);
    lines(ledger.lines);
  }
  const digests = digestLines(results);
  title('The same rows, whichever way they came');
  lines(digests.lines);

  const problems = digests.differing.map((output) => `${output}: live, replay and both do not give the same rows`);
  for (const [run, each] of Object.entries(results)) {
    problems.push(...mistakes(run, each, await windowsOf(pipeline, run), posted.answer));
  }
  screen.line();
  for (const problem of problems) screen.line(`  ${screen.style('red', 'wrong')}  ${problem}`);
  if (problems.length === 0) {
    screen.line(`  ${screen.style('green', 'equal')}  and what the emulator of the pins knows to be right`);
  } else process.exitCode = 1;

  title(`${((performance.now() - startedAt) / 1000).toFixed(1)} s in all`);
  lines(places(relative('.', root)));
}

function places(root: string): string[] {
  return [
    `${root}/broker        the topic, and the views and lists of results`,
    `${root}/lake          Delta tables of Parquet files: the archive, and the cleaned pins`,
    `${root}/checkpoints   positions and state`,
  ];
}
