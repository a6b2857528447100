import type { Clock } from '../time/clock.js';

/** A clock that a test moves. */
export interface VirtualClock extends Clock {
  /** Moves on by `ms`, and wakes who has slept long enough. */
  advance(ms: number): void;
}

/**
 * A clock that stands still until it is moved. With `creep` every look at it moves it on by so many milliseconds, and
 * who sleeps wakes at once with the time gone by: a run that waits then goes through any timeout without real time.
 */
export function virtualClock(creep = 0): VirtualClock {
  let now = 0;
  const sleepers = new Set<{ readonly until: number; wake(): void }>();
  const wakeDue = (): void => {
    for (const sleeper of [...sleepers]) if (sleeper.until <= now) sleeper.wake();
  };
  return {
    now: () => (now += creep),
    advance(ms) {
      now += ms;
      wakeDue();
    },
    sleep(ms, signal) {
      return new Promise((resolve) => {
        const until = now + ms;
        const sleeper = {
          until,
          wake(): void {
            sleepers.delete(sleeper);
            signal.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        if (signal.aborted) return resolve();
        sleepers.add(sleeper);
        signal.addEventListener('abort', sleeper.wake);
        if (creep > 0) {
          // After everything that is under way had its turn.
          setTimeout(() => {
            if (!sleepers.has(sleeper)) return;
            now = Math.max(now, until);
            wakeDue();
          }, 0);
        }
      });
    },
  };
}
