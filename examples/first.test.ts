import { expect, it, vi } from 'vitest';

it('prints three windows, the ledger and the digest', async () => {
  const printed: unknown[] = [];
  const print = (line: unknown): void => void printed.push(line);
  vi.spyOn(console, 'log').mockImplementation(print);
  vi.spyOn(console, 'error').mockImplementation(print);
  await import('./first.js');
  vi.restoreAllMocks();
  expect(printed.join('\n')).toMatchInlineSnapshot(`
    "windowStart               windowEnd                 category  pins  followers
    ────────────────────────  ────────────────────────  ────────  ────  ─────────
    2026-01-05T12:00:00.000Z  2026-01-05T12:01:00.000Z  art       2     422
    2026-01-05T12:00:00.000Z  2026-01-05T12:01:00.000Z  travel    3     15124000
    2026-01-05T12:01:00.000Z  2026-01-05T12:02:00.000Z  travel    2     41000
    popularity  3 rows  d:afb7199074add634

    operator                           in  taken  late  duplicate  rejected  filtered  pending
    source(rows)                       10     10     0          0         0         0        0
    popularity/clean(followers, time)  10      9     0          0         1         0        0
    popularity/eventTime(time)          9      8     1          0         0         0        0
    popularity/dedup(id)                8      7     0          1         0         0        0
    popularity/aggregate(category)      7      7     0          0         0         0        0"
  `);
});
