import { having, need, requireArguments } from '../error/arguments.js';
import type { JobHandle } from './job.js';

// Only what is needed of Node's process, so that the module loads in a browser too.
interface SignalProcess {
  on(signal: string, listener: () => void): void;
  off(signal: string, listener: () => void): void;
  exit(code: number): void;
}

/**
 * Stops a run when the process is asked to end: drain, last checkpoint, publish. The second signal ends the process at
 * once, which loses nothing either: the next run goes on from the last checkpoint. The listeners go with the run.
 *
 * @example
 * ```ts
 * import { start, stopOnSignals, type Job } from '@millrace/core';
 *
 * async function main(job: Job): Promise<void> {
 *   const handle = start(job, { mode: 'live' });
 *   stopOnSignals(handle);
 *   await handle.done;
 * }
 * ```
 */
export function stopOnSignals(handle: JobHandle, signals: readonly string[] = ['SIGTERM', 'SIGINT']): void {
  requireArguments('stopOnSignals', 'stopOnSignals(start(job, options))', [
    ['handle', handle, having('the handle of a run', 'stop', 'done')],
    ['signals', signals, need.texts],
  ]);
  const { process } = globalThis as { process?: SignalProcess };
  if (process === undefined) return;
  let asked = false;
  const listener = (): void => {
    if (asked) return process.exit(130);
    asked = true;
    // The run's own error is for whoever waits for `done`.
    handle.stop().catch(() => undefined);
  };
  for (const signal of signals) process.on(signal, listener);
  const done = (): void => {
    for (const signal of signals) process.off(signal, listener);
  };
  handle.done.then(done, done);
}
