import { lateOf, schema, timestamp, utf8, type Flow } from '@millrace/core';
import { verify, type TestRecord } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { dedup } from '../dedup/dedup.js';
import { eventTime } from './event-time.js';

const Pin = schema({ id: utf8, at: timestamp });
const pin = (id: string, second: number): string => JSON.stringify({ id, at: second * 1000 });
const pausing = (count: number, pauseMs: number, record: (i: number) => string): TestRecord[] =>
  Array.from({ length: count }, (_, i) => (i === 0 ? [record(i)] : [{ pauseMs }, record(i)])).flat();

test('law 1: what was late behind an idle partition is late in its replay too, by the time log', async () => {
  const { result } = await verify({
    inputs: Pin,
    graph: (raw: Flow<typeof Pin.fields>) => {
      const pins = raw.pipe(eventTime('at', { maxOutOfOrderness: '1s' }), dedup({ by: 'id', within: '1m' }));
      return { pins, late: lateOf(pins) };
    },
    records: [
      // By their own partition alone they are in order. It is quiet for longer than any idle timeout,
      pausing(5, 1200, (i) => pin(`slow ${i}`, i)),
      // while the other one is far ahead and goes on, with pauses that are shorter than any.
      pausing(150, 5, (i) => pin(`fast ${i}`, 60 + i)),
    ],
    histories: 1,
  });
  expect(result.outputs['late']!.rows).toBeGreaterThan(0);
}, 60_000);
