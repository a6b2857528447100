import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RunOptions, RunResult } from '@millrace/core';
import type { Addresses } from './setting.js';

/** What a process is told. */
export interface Settings extends Pick<RunOptions, 'mode' | 'atEnd' | 'checkpointEvery' | 'batchRows' | 'tasks'> {
  readonly addresses: Addresses;
  readonly topic: string;
  readonly bucket: string;
  /** Of everything that the job makes. */
  readonly prefix: string;
  readonly archiving?: boolean;
  /** At least so much time per batch. */
  readonly paceMs?: number;
  /** `now`: a hand-off ends where the topic does. */
  readonly end?: 'now';
}

/** At a moment that the process knows by name; or so many milliseconds after it has said something. */
export type Death =
  | { readonly moment: string; readonly visit: number }
  | { readonly line: 'started' | 'running' | 'Checkpoint committed.'; readonly afterMs: number };

/** A process at work. */
export interface Life {
  readonly process: ChildProcess;
  /** Settles when the first record was worked on. */
  readonly running: Promise<void>;
  /** The result of its run, `failed` and why, or `killed`. */
  readonly outcome: Promise<RunResult | string>;
}

const child = join(import.meta.dirname, 'child.mjs');

/** Runs the job in a process of its own, which dies as it is told to. */
export function life(settings: Settings, death?: Death): Life {
  const die = death !== undefined && 'moment' in death ? { die: death } : {};
  const process = spawn(globalThis.process.execPath, [child, JSON.stringify({ ...settings, ...die })], {
    // The client of S3 warns of versions of Node that are to come.
    env: { ...globalThis.process.env, NODE_NO_WARNINGS: '1' },
  });
  let isRunning!: () => void;
  const running = new Promise<void>((resolve) => (isRunning = resolve));
  return { process, running, outcome: outcomeOf(process, death, isRunning) };
}

async function outcomeOf(
  process: ReturnType<typeof spawn>,
  death: Death | undefined,
  isRunning: () => void,
): Promise<RunResult | string> {
  let complaint = '';
  process.stderr!.on('data', (text: Buffer) => (complaint += text.toString()));
  const exited = new Promise<string | number | null>((resolve) => {
    process.on('exit', (code, signal) => resolve(signal ?? code));
  });
  let outcome: RunResult | string = 'killed';
  let isDying = false;
  for await (const line of createInterface({ input: process.stdout! })) {
    if (line === 'running') isRunning();
    if (line.startsWith('ended ')) outcome = JSON.parse(line.slice('ended '.length)) as RunResult;
    if (line.startsWith('failed ')) outcome = line;
    if (isDying || death === undefined || !('line' in death) || line !== death.line) continue;
    isDying = true;
    setTimeout(() => process.kill('SIGKILL'), death.afterMs);
  }
  const exit = await exited;
  if (complaint !== '' || (exit !== 0 && exit !== 'SIGKILL')) throw new Error(`exit ${String(exit)}: ${complaint}`);
  return outcome;
}

/** The result of a process that nobody kills. */
export async function undisturbed(settings: Settings): Promise<RunResult> {
  const outcome = await life(settings).outcome;
  if (typeof outcome === 'object') return outcome;
  throw new Error(`the job has not come to its end: ${outcome}`);
}
