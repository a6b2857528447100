import type { Clock } from '@millrace/core';

/** Calls of which at most one per partition is under way. */
export interface PartitionCalls<T> {
  /** Takes a call for a partition that has none under way. */
  ask(partition: number, call: Promise<T>): void;
  /** The number of calls whose answer was not taken. */
  underWay(): number;
  /**
   * The next answer, in the order in which they came; undefined after `ms` without one, or when `signal` is aborted.
   * Rejects where a call does.
   */
  next(ms: number, signal: AbortSignal): Promise<{ readonly partition: number; readonly value: T } | undefined>;
}

/** No calls yet. A queue, and no race of all: an idle partition's call would remember every race that it was in. */
export function partitionCalls<T>(clock: Clock): PartitionCalls<T> {
  const answers: { readonly partition: number; readonly value: Promise<T> }[] = [];
  let asked = 0;
  let wake: (() => void) | undefined;

  return {
    ask(partition, call) {
      asked++;
      const answered = (): void => {
        answers.push({ partition, value: call });
        wake?.();
      };
      call.then(answered, answered);
    },
    underWay: () => asked,
    async next(ms, signal) {
      if (answers.length === 0) {
        const waiting = new AbortController();
        wake = () => waiting.abort();
        signal.addEventListener('abort', wake);
        if (!signal.aborted) await clock.sleep(ms, waiting.signal);
        signal.removeEventListener('abort', wake);
        // The timer, or what else sleeps, goes in any case.
        waiting.abort();
        wake = undefined;
      }
      const answer = answers.shift();
      if (answer === undefined) return undefined;
      asked--;
      return { partition: answer.partition, value: await answer.value };
    },
  };
}
