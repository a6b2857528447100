import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Outcome, Task } from './task.js';

/** The same for every engine. The loop over objects needs the room. */
const nodeOptions = ['--expose-gc', '--max-old-space-size=8192'];
const longestMs = 15 * 60 * 1000;

/** Does a task in a process of its own. Never rejects: what goes wrong there is an outcome. */
export function startProcess(task: Task): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = fork(join(import.meta.dirname, 'process.js'), [JSON.stringify(task)], {
      execArgv: nodeOptions,
      timeout: longestMs,
      killSignal: 'SIGKILL',
    });
    child.once('message', (outcome) => resolve(outcome as Outcome));
    child.once('error', (error) => resolve({ kind: 'failed', problem: error.message }));
    child.once('exit', (code, signal) => {
      resolve({ kind: 'failed', problem: `The process ended without an answer (${signal ?? `exit code ${code}`}).` });
    });
  });
}
