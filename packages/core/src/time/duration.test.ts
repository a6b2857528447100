import { describe, expect, test } from 'vitest';
import { durationMs } from './duration.js';

const at = { operator: 'dedup(id)', option: 'within' };

describe('durationMs', () => {
  test.each([
    ['250ms', 250],
    ['250 ms', 250],
    ['0s', 0],
    ['5s', 5000],
    ['1.1s', 1100],
    ['1m', 60_000],
    ['90 min', 5_400_000],
    [' 1h ', 3_600_000],
    ['1.5h', 5_400_000],
    ['30d', 2_592_000_000],
  ])('%s is %d ms', (text, ms) => {
    expect(durationMs(text, at)).toBe(ms);
  });

  test.each([5000, undefined, null, '', '5', 's', '5 sec', '-5s', '1e3s', '0.5ms', '1h 30m', '9007199254740993ms'])(
    'refuses %s with a fix',
    (value) => {
      expect(() => durationMs(value, at)).toThrow(
        expect.objectContaining({
          code: 'MILLRACE_OPTION_INVALID',
          sentence: expect.stringContaining('dedup(id): within is ') as string,
          fix: expect.stringContaining("within: '5s'") as string,
        }) as Error,
      );
    },
  );

  test('refuses zero where it must be longer', () => {
    expect(() => durationMs('0s', { ...at, above: 0 })).toThrow("within is '0s', and must be longer than that.");
    expect(durationMs('1ms', { ...at, above: 0 })).toBe(1);
  });
});
