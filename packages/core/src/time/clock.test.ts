import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from './clock.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const day = 86_400_000;

/** Whether a sleep of so long has ended, asked after each of these times. */
async function endedAfter(
  ms: number,
  times: readonly number[],
  signal = new AbortController().signal,
): Promise<boolean[]> {
  let ended = false;
  void systemClock.sleep(ms, signal).then(() => (ended = true));
  const seen: boolean[] = [];
  let at = 0;
  for (const time of times) {
    await vi.advanceTimersByTimeAsync(time - at);
    at = time;
    seen.push(ended);
  }
  return seen;
}

// A timer of Node holds 2^31 − 1 ms, which is a little less than 25 days.
test.each([1, 1000, 25 * day, 30 * day, 100 * day])('case 40 (c): %d ms are over then, and not before', async (ms) => {
  expect(await endedAfter(ms, [0, ms - 1, ms])).toEqual([false, false, true]);
});

test('no time, and less, is over soon', async () => {
  expect(await endedAfter(0, [1])).toEqual([true]);
  expect(await endedAfter(-1, [1])).toEqual([true]);
});

test('who is woken leaves no timer behind, at any time', async () => {
  for (const at of [0, 1000, 26 * day]) {
    const waking = new AbortController();
    setTimeout(() => waking.abort(), at);
    expect(await endedAfter(30 * day, [at], waking.signal)).toEqual([true]);
    expect(vi.getTimerCount()).toBe(0);
  }
  expect(await endedAfter(30 * day, [0], AbortSignal.abort())).toEqual([true]);
  expect(vi.getTimerCount()).toBe(0);
});
