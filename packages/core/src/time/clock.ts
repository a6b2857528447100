/** The time of a run. Tests move one by hand; a graph never sees it. */
export interface Clock {
  /** Milliseconds, never falling. */
  now(): number;
  /** Resolves after `ms`, or as soon as `signal` is aborted; never rejects. Whoever sleeps keeps the process alive. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

// A plain setTimeout fires at once for more than 2^31 − 1 ms: a longer sleep takes several.
const longestTimer = 2 ** 31 - 1;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      let left = ms;
      let timer: ReturnType<typeof setTimeout>;
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const next = (): void => {
        const part = Math.min(left, longestTimer);
        left -= part;
        timer = setTimeout(left > 0 ? next : done, part);
      };
      next();
      signal.addEventListener('abort', done);
    }),
};
