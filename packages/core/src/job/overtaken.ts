import type { Chain } from '../checkpoint/chain.js';
import { isMillraceError, millraceError } from '../error/millrace-error.js';

/**
 * The error that a run ends with. Once another process owns the job, anything can fail here in its own way: a sink is
 * ahead, an object is gone, a producer is fenced. All of that is one thing, and what it looked like is its cause.
 */
export async function endingError(job: string, chain: Chain | undefined, error: unknown): Promise<unknown> {
  if (chain === undefined || (isMillraceError(error) && error.code === 'MILLRACE_OWNERSHIP_LOST')) return error;
  // Where even that cannot be read, what failed first says more.
  const checkpoint = await chain.overtakenAt().catch(() => undefined);
  if (checkpoint === undefined) return error;
  return millraceError('MILLRACE_OWNERSHIP_LOST', { job, checkpoint }, { cause: error });
}
