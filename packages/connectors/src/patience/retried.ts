import { setTimeout as sleep } from 'node:timers/promises';
import { isMillraceError } from '@millrace/core';

/** How what a server fails to do is tried again. */
export interface Patience {
  /** How long it is tried. */
  readonly patienceMs: number;
  /** Ends it: what fails then is not tried again. */
  readonly signal: AbortSignal;
  /** Whether the same may succeed in a moment. */
  readonly mayPass: (error: unknown) => boolean;
  /** What a failure is as an error of Millrace. */
  readonly failed: (error: unknown) => Error;
  /** Told of every failure that will be followed by another try. */
  readonly waits?: (waitMs: number, error: unknown) => void;
}

const firstWaitMs = 50;
const longestWaitMs = 2000;

/** Does it again, each time after twice the wait, while what fails may pass and patience lasts. */
export async function retried<T>(attempt: () => Promise<T>, patience: Patience): Promise<T> {
  const { patienceMs, signal, mayPass, failed, waits } = patience;
  const until = performance.now() + patienceMs;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
    try {
      return await attempt();
    } catch (error) {
      if (isMillraceError(error)) throw error;
      if (!mayPass(error) || signal.aborted || performance.now() + waitMs > until) throw failed(error);
      waits?.(waitMs, error);
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
