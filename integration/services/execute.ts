import { spawn } from 'node:child_process';
import { diesWithParent } from './dies-with-parent.js';

export interface Execution {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
}

/** Runs a program to its end and gives what it printed; a failure says what was run and how it ended. */
export function execute(file: string, args: readonly string[], options: Execution = {}): Promise<string> {
  const [program, ...rest] = diesWithParent([file, ...args]);
  return new Promise((resolve, reject) => {
    const child = spawn(program!, rest, {
      ...options,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const last = output.trim().split('\n').slice(-3).join(' | ').slice(-400);
      reject(new Error(`\`${[file, ...args].join(' ').slice(0, 200)}\` ended with ${String(code ?? signal)}: ${last}`));
    });
  });
}
