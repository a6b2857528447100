import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RunOptions, RunResult } from '@millrace/core';
import { faultPoints, type FaultPoint, type Random } from '@millrace/core/testing';

/** What a process is told: options of the run, and what only the job of these tests has. */
export interface Settings extends Omit<RunOptions, 'sinks' | 'signal' | 'logger' | 'report' | 'clock'> {
  /** Of its sinks and checkpoints. */
  readonly folder: string;
  /** Of its topic and the archive of that; the same folder unless given. */
  readonly sources?: string;
  /** Archives the topic instead. */
  readonly archiving?: boolean;
  readonly mended?: boolean;
  readonly withTopic?: boolean;
  /** An output makes its last publication when the one before it has made its own. */
  readonly swapsInTurn?: boolean;
  /** At least so much time per batch. */
  readonly paceMs?: number;
}

/**
 * How a process is to die: at a fault point of the driver, or when so many outputs were swapped; or so many milliseconds
 * after it has said something.
 */
export type Death =
  | { readonly point: FaultPoint | 'output swapped'; readonly visit: number }
  | {
      readonly line: 'started' | 'running' | 'Checkpoint committed.';
      readonly times: number;
      readonly afterMs: number;
    };

/** How it ended: with a result, with the code of an error, or killed. */
export type Outcome = RunResult | string | undefined;

const child = join(import.meta.dirname, 'child.mjs');

/** What a process waits for may never come, since a topic is waited for; it is killed then as well. */
const longestRunMs = 700;
/** On a busy machine it takes a while until it works on its first record. */
const longestStartMs = 5000;

/** Runs the job in a process of its own, which dies as it is told to. It may say nothing that a user would worry about. */
export async function live(settings: Settings, death?: Death): Promise<Outcome> {
  const die = death !== undefined && 'point' in death ? { die: death } : {};
  const job = spawn(process.execPath, [child, JSON.stringify({ ...settings, ...die })]);
  const kill = (): boolean => job.kill('SIGKILL');
  let complaint = '';
  job.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  const exited = new Promise<string | number | null>((resolve) => {
    job.on('exit', (code, signal) => resolve(signal ?? code));
  });
  let outcome: Outcome;
  let times = 0;
  for await (const line of createInterface({ input: job.stdout })) {
    if (line.startsWith('ended ')) outcome = JSON.parse(line.slice('ended '.length)) as RunResult;
    if (line.startsWith('failed ')) outcome = line.slice('failed '.length);
    if (death === undefined) continue;
    if (line === 'started') setTimeout(kill, longestStartMs);
    if (line === 'running') setTimeout(kill, longestRunMs);
    if (!('point' in death) && line === death.line && ++times === death.times) setTimeout(kill, death.afterMs);
  }
  const exit = await exited;
  if (complaint !== '' || (exit !== 0 && exit !== 'SIGKILL')) throw new Error(`exit ${String(exit)}: ${complaint}`);
  return outcome;
}

/** The result of a process that nobody kills. */
export async function undisturbed(settings: Settings): Promise<RunResult> {
  const outcome = await live(settings);
  if (typeof outcome === 'object') return outcome;
  throw new Error(`the job has failed: ${String(outcome)}`);
}

/** Half of all deaths are between two steps of a checkpoint, and half at no moment in particular. */
export function anyDeath(random: Random): Death {
  if (random.below(2) === 0) {
    const point = random.pick(faultPoints);
    return { point, visit: 1 + random.below(point === 'batch pushed' ? 12 : 3) };
  }
  const line = random.pick(['started', 'running', 'running', 'Checkpoint committed.'] as const);
  return { line, times: 1 + (line === 'Checkpoint committed.' ? random.below(3) : 0), afterMs: random.below(150) };
}
