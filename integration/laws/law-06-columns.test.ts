import { int32, schema, timestamp, utf8, type Fields, type Flow } from '@millrace/core';
import { jsonDecoder, recordsOf } from '@millrace/core/connector';
import { columnOf } from '@millrace/core/operate';
import { driveColumns } from '@millrace/core/testing';
import { agg, aggregate, clean, dedup, eventTime, rename, select, text, tumbling, where } from '@millrace/operators';
import { expect, test } from 'vitest';
import { allocatedBytes } from './allocated.js';

const RawPin = schema({ id: utf8, category: utf8, followers: utf8, likes: int32, at: timestamp });
type RawPin = typeof RawPin.fields;

const rows = 8192;
/** What the smallest object takes, `{}` without room for a field. A number that is boxed takes 16. */
const objectBytes = 24;

/** Bytes per record at its best of some turns: before a function is compiled, it boxes numbers as it pleases. */
function bytesPerRecord(turn: (n: number) => void): number {
  const turns = Array.from({ length: 10 }, (_, n) => allocatedBytes(() => turn(n)));
  return Math.min(...turns) / rows;
}

/** The columns of batch `n`, 8 s long: ids come again, and the text columns are of both layouts. */
function columns(n: number) {
  const numbers = Array.from({ length: rows }, (_, i) => n * rows + i);
  return {
    id: columnOf(utf8, numbers.map((i) => `pin-${String(i % 7 === 0 ? i - 3 : i)}`)), // prettier-ignore
    category: columnOf(utf8, numbers.map((i) => ['art', 'diy', 'travel '][i % 3])), // prettier-ignore
    followers: columnOf(utf8, numbers.map((i) => ['12k', '422', 'User Info Error'][i % 3])), // prettier-ignore
    likes: columnOf(int32, numbers.map((i) => i % 1000)), // prettier-ignore
    at: columnOf(timestamp, numbers.map((i) => new Date(Date.UTC(2026, 0, 5) + i))), // prettier-ignore
  };
}

function bytesOfGraph<O extends Fields>(graph: (pins: Flow<RawPin>) => Flow<O>): number {
  const batches = Array.from({ length: 50 }, (_, n) => columns(n));
  const drive = driveColumns(RawPin, graph);
  const turn = (n: number): void => batches.slice(n * 5, n * 5 + 5).forEach((batch) => drive.push(batch, rows));
  return bytesPerRecord(turn) / 5;
}

test('law 6: operators over named fields make no object per record', () => {
  const bytes = bytesOfGraph(
    (pins) =>
      pins.pipe(
        clean({ followers: text().nullIf('User Info Error').abbreviatedNumber(), category: text().trim() }),
        eventTime('at', { maxOutOfOrderness: '5s' }),
        dedup({ by: 'id', within: '1m' }),
        rename({ likes: 'hearts' }),
        select('category', 'followers', 'hearts'),
        aggregate({
          window: tumbling('1m'),
          by: 'category',
          compute: { pins: agg.count(), followers: agg.sum('followers'), most: agg.max('hearts') },
        }),
        select('pins'),
      ) as never,
  );
  expect(bytes).toBeLessThan(objectBytes);
});

test('law 6: decoding makes no object per record', () => {
  const decoder = jsonDecoder(RawPin, new Set(Object.keys(RawPin.fields)));
  const value = (i: number): string =>
    JSON.stringify({
      id: `pin-${i}`,
      category: 'art',
      followers: '12k',
      likes: i,
      at: new Date(i),
      other: [{ a: 'x' }],
    });
  const records = recordsOf(0, Array.from({ length: rows }, (_, i) => value(i))); // prettier-ignore
  const bytes = bytesPerRecord(() => {
    expect(decoder.decode(records).rejected).toEqual([]);
  });
  expect(bytes).toBeLessThan(objectBytes);
});

test('law 6: a function over rows does, and the measure sees it', () => {
  expect(bytesOfGraph((pins) => pins.pipe(where((pin) => pin.likes < 0)))).toBeGreaterThan(objectBytes);
});
