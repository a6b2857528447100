import { millraceError } from '../error/millrace-error.js';
import type { GraphInstance } from '../graph/graph-instance.js';

/** Refuses what a call that waits for nothing cannot show: an operator that waits for answers from outside. */
export function refuseWaiting(call: string, { answers }: GraphInstance): void {
  if (answers.underWay === 0) return;
  const problem = `has an operator that waits for answers, and ${call} waits for nothing`;
  const fix = 'Hold the graph by verify(…), or run a job of it on memory().';
  throw millraceError('MILLRACE_OPTION_INVALID', { subject: call, option: 'the graph', problem, fix });
}
