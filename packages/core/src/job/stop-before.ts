import { optionsOf, requireArguments } from '../error/arguments.js';
import { millraceError } from '../error/millrace-error.js';
import type { Clock } from '../time/clock.js';
import { durationMs } from '../time/duration.js';
import type { RunResult } from './job.js';

/** Stops a run by `stop`, and waits for its end no longer than `deadline` ('30s'). */
export async function stopBefore(
  job: string,
  stop: () => void,
  done: Promise<RunResult>,
  clock: Clock,
  options: { readonly deadline?: string } = {},
): Promise<RunResult> {
  requireArguments('stop', "stop({ deadline: '30s' })", [['options', options, optionsOf('deadline')]]);
  const { deadline = '30s' } = options;
  const deadlineMs = durationMs(deadline, { operator: 'stop', option: 'deadline' });
  // Made here, where the caller's line is.
  const tooLate = millraceError('MILLRACE_STOP_LATE', { job, deadlineMs });
  stop();
  const waiting = new AbortController();
  const late = clock.sleep(deadlineMs, waiting.signal).then(() => 'late' as const);
  const first = await Promise.race([done, late]).finally(() => waiting.abort());
  if (first !== 'late') return first;
  throw tooLate;
}
