import { fork } from 'node:child_process';
import { once } from 'node:events';
import { start, type RunResult } from '@millrace/core';
import { pinPipeline } from '../job.js';
import { liveProgress, type Progress, watch } from './progress.js';

/** What the process that runs the job tells the one that watches it. */
export type LiveMessage =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly job: RunResult; readonly archive: RunResult };

/** The end of such a process. */
export type LiveEnd =
  | { readonly kind: 'killed'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly progress: Progress; readonly job: RunResult; readonly archive: RunResult };

/** The body of the process: the job on the topic, and beside it the archive of the same topic. */
export async function runLive(root: string): Promise<void> {
  const pipeline = pinPipeline(root);
  const options = { mode: 'live', checkpointEvery: '500ms', report: false } as const;
  const job = start(pipeline.job('popularity', 'pins', pipeline.results('live')), options);
  const archive = start(pipeline.archive('pins'), options);
  const tell = (message: LiveMessage): void => void process.send?.(message);
  // The one that watches is gone, in whatever way: nothing of the demo may outlive it.
  process.once('disconnect', () => void Promise.allSettled([job.stop(), archive.stop()]));
  const unwatch = watch(() => tell({ kind: 'progress', progress: liveProgress(job.metrics(), archive.metrics()) }));
  try {
    const [jobResult, archiveResult] = await Promise.all([job.done, archive.done]);
    tell({ kind: 'progress', progress: liveProgress(job.metrics(), archive.metrics()) });
    tell({ kind: 'done', job: jobResult, archive: archiveResult });
  } finally {
    unwatch();
    if (process.connected) process.disconnect();
  }
}

/**
 * Runs the job in a process of its own, until its input ends, or until `isKilled` says that this is the moment for
 * SIGKILL: it gets no chance to tidy up.
 *
 * @throws Error where the process ends in any other way.
 */
export async function liveProcess(
  program: string,
  root: string,
  onProgress: (progress: Progress) => void,
  isKilled: (progress: Progress) => boolean = () => false,
): Promise<LiveEnd> {
  const child = fork(program, ['live', root]);
  let last: Progress | undefined;
  let end: LiveEnd | undefined;
  child.on('message', (message: LiveMessage) => {
    if (end !== undefined) return;
    if (message.kind === 'done') end = { ...message, progress: last! };
    else {
      last = message.progress;
      onProgress(last);
      if (isKilled(last)) {
        end = { kind: 'killed', progress: last };
        child.kill('SIGKILL');
      }
    }
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  const isAsExpected = end?.kind === 'killed' ? signal === 'SIGKILL' : end?.kind === 'done' && code === 0;
  if (end === undefined || !isAsExpected) throw new Error(`The process of the live job ended with ${signal ?? code}.`);
  return end;
}
