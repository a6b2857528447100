import { checkRunOptions } from './check-run-options.js';
import { millraceError } from '../error/millrace-error.js';
import { jobBrand, type Job, type JobHandle, type Outputs, type RunOptions, type RunResult } from './job.js';

/**
 * Runs a job, and resolves when bounded input has ended or the job was stopped.
 *
 * @throws MillraceError the first error of the run; nothing half-written is visible then, and the next run goes on from
 * the last checkpoint.
 * @example
 * ```ts
 * import { run, type Job } from '@millrace/core';
 *
 * async function both(job: Job): Promise<void> {
 *   await run(job, { mode: 'live' }); // on the topic
 *   await run(job, { mode: 'replay' }); // on the lake
 * }
 * ```
 */
export function run<O extends Outputs>(job: Job<O>, options: RunOptions<O>): Promise<RunResult> {
  return start(job, options).done;
}

/** Starts a job and returns its handle: to stop it, to look at it, and to wait for it. */
export function start<O extends Outputs>(job: Job<O>, options: RunOptions<O>): JobHandle {
  const runtime = (job as Partial<Job> | undefined)?.[jobBrand];
  if (runtime === undefined) {
    const fix = 'Give run() and start() what defineJob(…) or archive(…) has returned.';
    throw millraceError('MILLRACE_JOB_INVALID', {
      job: '',
      problem: 'that was to be run is none',
      fix,
    });
  }
  checkRunOptions(options);
  return runtime.start(options);
}
