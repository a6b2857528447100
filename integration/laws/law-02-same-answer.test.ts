import { lateOf, nullable, rejectedOf, schema, utf8, type Flow } from '@millrace/core';
import { seedOf, verify } from '@millrace/core/testing';
import { agg, aggregate, clean, dedup, eventTime, hopping, session, text, tumbling } from '@millrace/operators';
import { expect, test } from 'vitest';
import { pinRecords } from './pin-records.js';

const RawPin = schema({ unique_id: nullable(utf8), category: utf8, followers: utf8, at: utf8 });
type RawPin = typeof RawPin.fields;

const cleaned = (raw: Flow<RawPin>) =>
  raw.pipe(
    clean({
      followers: text().nullIf('User Info Error').abbreviatedNumber(),
      at: text().timestamp({ zone: 'UTC' }),
    }),
    eventTime('at', { maxOutOfOrderness: '5s' }),
  );

test('law 2: cleaning, lateness and dedup give the same rows in every history', async () => {
  const report = await verify({
    inputs: RawPin,
    graph: (raw) => {
      const pins = cleaned(raw).pipe(dedup({ by: 'unique_id', within: '1m' }));
      return { pins, late: lateOf(pins), rejected: rejectedOf(pins) };
    },
    records: pinRecords(seedOf(), 3, 80),
    histories: 15,
  });
  expect(report.result.outputs['late']!.rows).toBeGreaterThan(0);
  expect(report.result.outputs['rejected']!.rows).toBeGreaterThan(0);
});

test('law 2: windows of every kind over deduplicated pins', async () => {
  await verify({
    inputs: RawPin,
    graph: (raw) => {
      const pins = cleaned(raw).pipe(dedup({ by: 'unique_id', within: '1m' }));
      const compute = {
        pins: agg.count(),
        followers: agg.sum('followers'),
        most: agg.max('followers'),
        least: agg.min('followers'),
        mean: agg.mean('followers'),
        first: agg.first('unique_id'),
        last: agg.last('unique_id'),
      } as const;
      return {
        minutes: pins.pipe(aggregate({ window: tumbling('1m'), by: 'category', compute })),
        sliding: pins.pipe(aggregate({ window: hopping('1m', '20s'), by: 'category', compute })),
        sessions: pins.pipe(aggregate({ window: session('8s'), by: 'category', compute })),
        all: pins.pipe(aggregate({ window: tumbling('30s'), compute })),
      };
    },
    records: pinRecords(seedOf() + 1, 3, 80),
    histories: 15,
  });
});

test('law 2: aggregates without a window, and windows of windows', async () => {
  await verify({
    inputs: RawPin,
    graph: (raw) => {
      const pins = cleaned(raw);
      const seconds = pins.pipe(
        aggregate({ window: tumbling('10s'), by: ['category', 'unique_id'], compute: { pins: agg.count() } }),
      );
      return {
        totals: pins.pipe(aggregate({ by: 'category', compute: { pins: agg.count(), last: agg.last('unique_id') } })),
        hours: seconds.pipe(aggregate({ window: tumbling('1m'), by: 'category', compute: { pins: agg.sum('pins') } })),
      };
    },
    records: pinRecords(seedOf() + 2, 4, 60),
    histories: 15,
  });
});

test('law 2: a source that is grouped by its key needs no exchange', async () => {
  const records = pinRecords(seedOf() + 3, 3, 60).map((partition) =>
    partition.filter((record) => typeof record === 'object' && 'key' in record),
  );
  await verify({
    inputs: RawPin,
    keyedBy: { source: 'unique_id' },
    graph: (raw) => ({ pins: cleaned(raw).pipe(dedup({ by: 'unique_id', within: '1m' })) }),
    records: records.map((partition, p) => partition.filter((record) => hash(record) % 3 === p)),
    histories: 16,
  });
});

function hash(record: unknown): number {
  const { key } = record as { key: string | null };
  return Number(/\d+$/.exec(key ?? '0')?.[0] ?? 0);
}
