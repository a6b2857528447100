/** The time of a run. Tests move one by hand; a graph never sees it. */
export interface Clock {
  /** Milliseconds, never falling. */
  now(): number;
  /** Resolves after `ms`, or as soon as `signal` is aborted; never rejects, and never keeps a process alive. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

// A plain setTimeout fires at once for more than 2^31 − 1 ms.
const longestTimer = 2 ** 31 - 1;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(ms, longestTimer));
      signal.addEventListener('abort', done);
    }),
};
