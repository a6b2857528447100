import { describe, expect, it } from 'vitest';
import type { RunResult } from '@millrace/core';
import type { RightAnswer } from '../records/right-answer.js';
import { categoryLines, digestLines, ledgerLines, mistakes } from './summary.js';

const counts = { in: 5, taken: 5, late: 0, duplicate: 0, rejected: 0, filtered: 0, pending: 0 };
const window = { windowStart: 0, category: 'art', pins: 2, followers: 7_000_000 };
const answer: RightAnswer = {
  records: 5,
  rejected: { source: 1, clean: 0, eventTime: 0 },
  late: 1,
  duplicates: 1,
  kept: 2,
  windows: [window],
};

function result(kept: number, duplicate = 1): RunResult {
  return {
    job: 'popularity',
    ended: 'end',
    checkpoint: 1,
    outputs: { pins: { rows: kept, digest: `${kept}`.repeat(32) } },
    ledger: {
      'source(pins)': { ...counts, taken: 4, rejected: 1 },
      'pins/eventTime(timestamp)': { ...counts, in: 4, taken: 3, late: 1 },
      'pins/dedup(unique_id)': { ...counts, in: 3, taken: 3 - duplicate, duplicate },
    },
    report: '',
  };
}

describe('summary', () => {
  it('has nothing to say against the right answer', () => {
    expect(mistakes('live', result(2), [window], answer)).toEqual([]);
  });

  it('says what is wrong, each thing by itself', () => {
    expect(mistakes('live', result(3, 0), [{ ...window, followers: 8 }], answer)).toEqual([
      'live: duplicates: 0 instead of 1',
      'live: pins kept: 3 instead of 2',
      'live: another result for art at 1970-01-01T00:00:00.000Z',
    ]);
    expect(mistakes('live', result(2), [], answer)).toEqual([
      'live: windows: 0 instead of 1',
      'live: another result for art at 1970-01-01T00:00:00.000Z',
    ]);
    expect(mistakes('live', result(2), [window, window], answer)).toEqual(['live: windows: 2 instead of 1']);
  });

  it('finds outputs whose rows differ between runs', () => {
    expect(digestLines({ live: result(2), replay: result(2) }).differing).toEqual([]);
    expect(digestLines({ live: result(2), replay: result(3) }).differing).toEqual(['pins']);
  });

  it('shows equal ledgers once, and others each by itself', () => {
    expect(ledgerLines({ live: result(2), replay: result(2) }).map(({ title }) => title)).toEqual(['live = replay']);
    expect(ledgerLines({ live: result(2), replay: result(2, 0) }).map(({ title }) => title)).toEqual([
      'live',
      'replay',
    ]);
  });

  it('ranks categories by their pins', () => {
    const lines = categoryLines([window, { ...window, category: 'travel', pins: 4 }, { ...window, pins: 1 }]);
    expect(lines.map((line) => line.split(/ +/).slice(0, 2).join())).toEqual(['category,pins', 'travel,4', 'art,3']);
  });
});
