import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RunOptions } from '@millrace/core';

/** What a process is told. */
export interface Settings extends Pick<RunOptions, 'batchRows' | 'checkpointEvery' | 'mode' | 'tasks'> {
  readonly url: string;
  readonly folder: string;
  readonly prefix: string;
  /** At least so much time per batch. */
  readonly paceMs?: number;
}

/** A process that runs the job. */
export interface Life {
  readonly process: ChildProcess;
  /** Resolves when it has said this line so many times, or has ended. */
  said(line: string, times?: number): Promise<void>;
  /** `ended` and its outputs, `failed` and a code, or the signal that has killed it. */
  readonly outcome: Promise<string>;
}

/** Runs the job in a process of its own. It may say nothing that a user would worry about. */
export function life(settings: Settings): Life {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'child.mjs'), JSON.stringify(settings)]);
  const said: string[] = [];
  const waiting = new Set<() => void>();
  let last = '';
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(line);
    if (/^(ended|failed) /.test(line)) last = line;
    for (const each of waiting) each();
  });
  const outcome = new Promise<string>((resolve, reject) => {
    child.on('close', (code, signal) => {
      for (const each of waiting) each();
      if (signal !== null) resolve(signal);
      else if (code === 0 && complaint === '') resolve(last);
      else reject(new Error(`exit ${String(code)}: ${complaint}`));
    });
  });
  return {
    process: child,
    outcome,
    async said(line, times = 1) {
      const has = (): boolean => child.exitCode !== null || child.signalCode !== null || said.filter((each) => each === line).length >= times; // prettier-ignore
      while (!has()) {
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
        });
      }
    },
  };
}
