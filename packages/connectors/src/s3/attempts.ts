import { setTimeout as wait } from 'node:timers/promises';
import type { Failure } from './failures.js';
import type { S3Settings } from './options.js';

/** One try of a request. */
export interface Try {
  /** Ends the request when nothing has moved for too long, or all shall end. */
  readonly signal: AbortSignal;
  /** Says that bytes have moved. */
  readonly moved: () => void;
}

/** How a request is repeated. */
export interface Repetition {
  /** The bytes that are sent with it: they get time to move. */
  readonly sends?: number;
  /** How long, where it is not as long as the settings say. */
  readonly patienceMs?: number;
}

/** Does requests, few at once, and repeats those whose failure may pass. */
export type Requests = <T>(request: (attempt: Try) => Promise<T>, repetition?: Repetition) => Promise<T>;

const firstWaitMs = 50;
const longestWaitMs = 5000;
/** What a connection moves at the very least, per ms. */
const slowestBytes = 64;

/** Requests that keep to the settings. `judge` says what a failure means. */
export function requests(settings: S3Settings, judge: (error: unknown) => Failure): Requests {
  const { concurrency, timeoutMs, signal } = settings;
  const inTurn = turns(concurrency);
  const chance = chanceOf(settings.seed);

  async function once<T>(request: (attempt: Try) => Promise<T>, sends: number): Promise<T> {
    const ending = new AbortController();
    const end = (): void => ending.abort(signal?.reason);
    const giveUp = (): void => ending.abort(new StalledRequest(`nothing has moved for ${timeoutMs} ms`));
    let timer = setTimeout(giveUp, timeoutMs + sends / slowestBytes);
    signal?.addEventListener('abort', end);
    const moved = (): void => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, timeoutMs);
    };
    try {
      return await request({ signal: ending.signal, moved });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    }
  }

  return async (request, { sends = 0, patienceMs = settings.patienceMs } = {}) => {
    const until = performance.now() + patienceMs;
    for (let round = 0; ; round++) {
      signal?.throwIfAborted();
      try {
        return await inTurn(() => once(request, sends));
      } catch (error) {
        signal?.throwIfAborted();
        const { kind } = judge(error);
        if (kind !== 'transient' && kind !== 'conflict') throw error;
        const waitMs = Math.min(firstWaitMs * 2 ** round, longestWaitMs) * (0.5 + chance() / 2);
        if (performance.now() + waitMs > until) throw error;
        await wait(waitMs, undefined, signal === undefined ? {} : { signal });
      }
    }
  };
}

/** A request that was given up; its name is the one that the client gives to its own time-outs. */
class StalledRequest extends Error {
  override readonly name = 'TimeoutError';
}

/** Lets `count` run at once, the others in the order in which they came. */
function turns(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
