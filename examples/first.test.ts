import { expect, it, vi } from 'vitest';

it('prints two windows, the ledger and the digest', async () => {
  const printed: unknown[] = [];
  const print = (line: unknown): void => void printed.push(line);
  vi.spyOn(console, 'log').mockImplementation(print);
  vi.spyOn(console, 'error').mockImplementation(print);
  await import('./first.js');
  vi.restoreAllMocks();
  expect(printed.join('\n')).toMatchInlineSnapshot(`
    "windowStart               windowEnd                 pins  likes
    ────────────────────────  ────────────────────────  ────  ──────
    2026-01-05T12:00:00.000Z  2026-01-05T12:01:00.000Z  1     124000
    2026-01-05T12:01:00.000Z  2026-01-05T12:02:00.000Z  1     422
    minutes  2 rows  d:2ab0f37554e7d81d

    operator                    in  taken  late  duplicate  rejected  filtered  pending
    source(rows)                 5      5     0          0         0         0        0
    minutes/clean(likes, time)   5      4     0          0         1         0        0
    minutes/eventTime(time)      4      3     1          0         0         0        0
    minutes/dedup(id)            3      2     0          1         0         0        0
    minutes/aggregate            2      2     0          0         0         0        0"
  `);
});
