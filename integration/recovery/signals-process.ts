import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RunResult } from '@millrace/core';
import { onTestFinished } from 'vitest';

/** A process of a test that goes on while the test looks on. */
export interface Running {
  /** Resolves when the process has said `line`; rejects when it ends without. */
  said(line: string): Promise<void>;
  send(signal: NodeJS.Signals): void;
  /** Kills it unless it ends within so many milliseconds; its end then says so. */
  endsWithin(ms: number): Promise<Ending>;
  readonly ended: Promise<Ending>;
  readonly pid: number;
}

/** How a process ended. */
export interface Ending {
  /** Its exit code, or the signal that killed it. */
  readonly exit: number | string;
  /** The result of its run, or the code of the run's error; undefined where it came to neither. */
  readonly outcome: RunResult | string | undefined;
  /** Warnings and unhandled rejections among it. */
  readonly complaint: string;
}

/** Starts the program `program` of this folder, for one test; it takes its settings as JSON, and says lines. */
export function startProgram(program: string, settings: object): Running {
  const path = join(import.meta.dirname, program);
  const child = spawn(process.execPath, [path, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'pipe'] });
  // One that hangs would outlive a test that has failed.
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let closed = false;
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  const heard = (): void => waiting.forEach((look) => look());
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    heard();
  });
  const ended = new Promise<Ending>((resolve) => {
    child.on('close', (code, signal) => {
      closed = true;
      heard();
      resolve({ exit: signal ?? code!, outcome: outcomeIn(lines), complaint });
    });
  });
  return {
    said: (line) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!lines.includes(line) && !closed) return;
          waiting.delete(look);
          if (lines.includes(line)) resolve();
          else reject(new Error(`it never said "${line}": ${lines.join(' / ')} ${complaint}`));
        };
        waiting.add(look);
        look();
      }),
    send: (signal) => void child.kill(signal),
    endsWithin(ms) {
      const timer = setTimeout(() => child.kill('SIGKILL'), ms);
      return ended.finally(() => clearTimeout(timer));
    },
    ended,
    pid: child.pid!,
  };
}

function outcomeIn(lines: readonly string[]): RunResult | string | undefined {
  for (const line of lines) {
    if (line.startsWith('ended ')) return JSON.parse(line.slice('ended '.length)) as RunResult;
    if (line.startsWith('failed ')) return line.slice('failed '.length);
  }
  return undefined;
}
