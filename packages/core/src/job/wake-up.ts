import type { Clock } from '../time/clock.js';

/** Lets a loop sleep until something happens. What happened before it fell asleep is not missed. */
export interface WakeUp {
  readonly now: () => void;
  /** Resolves at the next `now()` (at once where one came since the last wait), or after `ms`. */
  wait(clock: Clock, ms: number): Promise<void>;
}

/** An alarm that many ring and one hears. */
export function wakeUp(): WakeUp {
  let rung = false;
  let asleep: AbortController | undefined;
  return {
    now() {
      rung = true;
      asleep?.abort();
    },
    async wait(clock, ms) {
      if (!rung) {
        asleep = new AbortController();
        await clock.sleep(ms, asleep.signal);
        asleep = undefined;
      }
      rung = false;
    },
  };
}

// A timer of 0 ms takes 1 ms in Node, which is longer than a batch: setImmediate where there is one.
const soon: (next: () => void) => void =
  (globalThis as { setImmediate?: (next: () => void) => void }).setImmediate ?? ((next) => setTimeout(next, 0));

/** Lets input and output of the process have their turn. */
export function yieldToEvents(): Promise<void> {
  return new Promise((resolve) => soon(resolve));
}
