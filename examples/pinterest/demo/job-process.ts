import { fork } from 'node:child_process';
import { once } from 'node:events';
import { start, type RunResult } from '@millrace/core';
import { pinPipeline } from '../job.js';
import { progressOf, watch, type Progress } from './progress.js';

/** The two jobs that read the topic, each in a process of its own. */
export type Role = 'live' | 'archive';

/** A job in another process. */
export interface JobProcess {
  /** Sends SIGKILL, which leaves no chance to tidy up. */
  kill(): void;
  /**
   * What the job came to, or that it was killed first.
   *
   * @throws Error where the process ends in any other way.
   */
  readonly ended: Promise<RunResult | 'killed'>;
}

type Message = { readonly progress: Progress } | { readonly result: RunResult };

/** Starts `program` as such a process. Whatever becomes of this one, the other one does not outlive it. */
export function startProcess(
  program: string,
  role: Role,
  root: string,
  onProgress: (progress: Progress) => void,
): JobProcess {
  const child = fork(program, [role, root]);
  let result: RunResult | undefined;
  child.on('message', (message: Message) => {
    if ('progress' in message) onProgress(message.progress);
    else result = message.result;
  });
  const ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]): RunResult | 'killed' => {
    if (result !== undefined && code === 0) return result;
    if (child.killed) return 'killed';
    throw new Error(`The process of the ${role} job ended with ${signal ?? code}.`);
  });
  return { kill: () => void child.kill('SIGKILL'), ended };
}

/** The body of such a process. */
export async function jobProcess(role: Role, root: string): Promise<void> {
  const pipeline = pinPipeline(root);
  const job = role === 'live' ? pipeline.job('popularity', 'pins', pipeline.results('live')) : pipeline.archive('pins');
  const handle = start(job, { mode: 'live', checkpointEvery: '500ms', report: false });
  const tell = (message: Message): void => void process.send?.(message);
  process.once('disconnect', () => void handle.stop());
  const unwatch = watch(() => tell({ progress: progressOf(handle.metrics()) }));
  try {
    const result = await handle.done;
    tell({ progress: progressOf(handle.metrics()) });
    tell({ result });
  } finally {
    unwatch();
    if (process.connected) process.disconnect();
  }
}
