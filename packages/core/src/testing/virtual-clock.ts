import { need, requireArguments } from '../error/arguments.js';
import type { Clock } from '../time/clock.js';

/** A clock that a test moves. */
export interface VirtualClock extends Clock {
  /** Moves on by `ms`, and wakes who has slept long enough. */
  advance(ms: number): void;
}

/**
 * A clock that stands still until it is moved. With `creep` every look at it moves it on by so many milliseconds, and
 * where nothing is left to do it jumps to the moment that somebody sleeps for, one sleeper after the other: a run that
 * waits goes through any timeout without real time, and in the order of the timeouts.
 */
export function virtualClock(creep = 0): VirtualClock {
  requireArguments('virtualClock', 'virtualClock(1)', [['creep', creep, need.number]]);
  let now = 0;
  let jumping = false;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  const wakeDue = (): void => {
    for (const sleeper of [...sleepers]) if (sleeper.until <= now) sleeper.wake();
  };
  const jump = (): void => {
    jumping = false;
    if (sleepers.size === 0) return;
    now = Math.max(now, Math.min(...[...sleepers].map(({ until }) => until)));
    wakeDue();
    jumpSoon();
  };
  // After everything that is under way had its turn.
  function jumpSoon(): void {
    if (jumping || creep === 0 || sleepers.size === 0) return;
    jumping = true;
    setTimeout(jump, 0);
  }
  return {
    now: () => (now += creep),
    advance(ms) {
      now += ms;
      wakeDue();
    },
    sleep(ms, signal) {
      return new Promise((resolve) => {
        const sleeper = {
          until: now + ms,
          wake: (): void => {
            sleepers.delete(sleeper);
            signal.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        if (signal.aborted) return resolve();
        sleepers.add(sleeper);
        signal.addEventListener('abort', sleeper.wake);
        jumpSoon();
      });
    },
  };
}
