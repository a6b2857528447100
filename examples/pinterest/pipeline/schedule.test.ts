import { expect, test, vi } from 'vitest';
import { withOneRetry } from './schedule.js';

test('what fails is tried once more after five minutes, and not again', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const pauses: number[] = [];
  const pause = async (ms: number): Promise<void> => void pauses.push(ms);
  expect(await withOneRetry(async () => 'done', pause)).toBe('done');
  expect(pauses).toEqual([]);
  let attempts = 0;
  expect(await withOneRetry(async () => (++attempts === 1 ? Promise.reject(new Error('away')) : 'later'), pause)).toBe(
    'later',
  );
  expect(pauses).toEqual([300_000]);
  await expect(withOneRetry(() => Promise.reject(new Error(`away ${++attempts}`)), pause)).rejects.toThrow('away 4');
  expect(attempts).toBe(4);
  said.mockRestore();
});
