import { fcOptions } from '@millrace/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { civilMinute } from './civil.js';

test('is what Date says, for every minute of the years 0000 to 9999', () => {
  const first = new Date('0000-01-01T00:00:00Z').getTime();
  const last = new Date('9999-12-31T23:59:00Z').getTime();
  fc.assert(
    fc.property(fc.integer({ min: first / 60_000, max: last / 60_000 }), (minute) => {
      const date = new Date(minute * 60_000);
      const parts = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours()] as const;
      expect(civilMinute(...parts, date.getUTCMinutes())).toBe(minute * 60_000);
    }),
    fcOptions(1000),
  );
});

test.each([
  [2026, 13, 1, 0, 0],
  [2026, 0, 1, 0, 0],
  [2026, 4, 31, 0, 0],
  [2026, 2, 29, 0, 0],
  [1900, 2, 29, 0, 0],
  [2026, 1, 0, 0, 0],
  [2026, 1, 1, 24, 0],
  [2026, 1, 1, 0, 60],
  [NaN, 1, 1, 0, 0],
  [2026, NaN, 1, 0, 0],
])('%i-%i-%i %i:%i does not exist', (...parts) => expect(civilMinute(...parts)).toBeNaN());

test('29 February exists in 2000 and 2024', () => {
  expect(civilMinute(2000, 2, 29, 0, 0)).toBe(Date.UTC(2000, 1, 29));
  expect(civilMinute(2024, 2, 29, 0, 0)).toBe(Date.UTC(2024, 1, 29));
});
