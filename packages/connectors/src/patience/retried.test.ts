import { expect, test } from 'vitest';
import { millraceError } from '@millrace/core';
import { retried, type Patience } from './retried.js';

const passing = new Error('away');

function patience(changes: Partial<Patience> = {}): Patience {
  return {
    patienceMs: 60_000,
    signal: new AbortController().signal,
    mayPass: (error) => error === passing,
    failed: (error) => new Error('failed', { cause: error }),
    ...changes,
  };
}

/** Throws these one after the other, then resolves to how many there were. */
function after(...failures: readonly unknown[]): () => Promise<number> {
  let at = 0;
  return async () => {
    if (at < failures.length) throw failures[at++];
    return at;
  };
}

test('what may pass is tried again, each time after twice the wait', async () => {
  const waited: number[] = [];
  const waits = (waitMs: number): void => void waited.push(waitMs);
  expect(await retried(after(passing, passing, passing), patience({ waits }))).toBe(3);
  expect(waited).toEqual([50, 100, 200]);
});

test('what will not pass is told at once', async () => {
  const other = new Error('wrong password');
  await expect(retried(after(other), patience())).rejects.toMatchObject({ message: 'failed', cause: other });
  const own = millraceError('MILLRACE_TOPIC_SEALED', { topic: 'pins' });
  await expect(retried(after(own), patience({ mayPass: () => true }))).rejects.toBe(own);
});

test('patience ends before a wait that would be longer, and where it is ended', async () => {
  const failed = { message: 'failed', cause: passing };
  await expect(retried(after(passing), patience({ patienceMs: 10 }))).rejects.toMatchObject(failed);
  await expect(retried(after(passing), patience({ signal: AbortSignal.abort() }))).rejects.toMatchObject(failed);
  const ending = new AbortController();
  const endless = async (): Promise<never> => {
    throw passing;
  };
  const waits = (waitMs: number): void => {
    if (waitMs === 100) ending.abort();
  };
  await expect(retried(endless, patience({ signal: ending.signal, waits }))).rejects.toMatchObject(failed);
});
