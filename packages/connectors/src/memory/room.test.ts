import { defineJob, nullable, run, schema, timestamp, utf8, type Sink } from '@millrace/core';
import { batchBytes, columnOf, type Batch, type SinkWriter } from '@millrace/core/connector';
import { eventTime } from '@millrace/operators';
import { describe, expect, test } from 'vitest';
import { memory } from './index.js';
import { print } from './print.js';
import { tableOf } from './table.js';
import { writtenTables } from './written-tables.js';

const Event = schema({ id: utf8, at: timestamp, text: nullable(utf8) });
const megabyte = 1024 * 1024;
const textBytes = 32 * 1024;

const textOf = (of: number): string => `${of}`.padEnd(textBytes, 'x');

/** A topic with records of 32 KB each, `megabytes` of them. */
async function largeTopic(megabytes: number) {
  const topic = memory().topic('events', Event);
  const count = (megabytes * megabyte) / textBytes;
  for (let i = 0; i < count; i += 32) {
    await topic.send(Array.from({ length: 32 }, (_, j) => ({ id: `e${i + j}`, at: new Date(i), text: textOf(i + j) })));
  }
  await topic.end();
  return { topic, count };
}

/** The same sink, and the most bytes that it held between two cuts. */
function watched(sink: Sink<never, never>) {
  const seen = { bytes: 0, most: 0, seals: 0 };
  const watching: Sink<never, never> = {
    ...sink,
    open: async (context): Promise<SinkWriter> => {
      const writer = await sink.open(context);
      let counted = new Set<ArrayBufferLike>();
      return {
        ...writer,
        write(batch) {
          seen.bytes += batchBytes({ ...batch, origin: undefined }, counted);
          seen.most = Math.max(seen.most, seen.bytes);
          writer.write(batch);
        },
        seal(checkpoint, watermark) {
          seen.bytes = 0;
          seen.seals++;
          counted = new Set();
          writer.seal(checkpoint, watermark);
        },
      };
    },
  };
  return { sink: watching, seen };
}

describe('law 9: with an hour between checkpoints no more is held than is to be', () => {
  const kinds: { [kind: string]: { sink: () => Sink<never, never>; most: number } } = {
    'a list': { sink: () => memory().list('out'), most: 32 },
    'a view': { sink: () => memory().view('out', { key: ['id'] }), most: 32 },
    'a topic': { sink: () => memory().topic('out', { keyedBy: 'id' }), most: 16 },
    'print()': { sink: () => print({ write: () => undefined }), most: 16 },
  };
  test.each(Object.entries(kinds))(
    '%s',
    async (_, { sink: make, most }) => {
      const { topic, count } = await largeTopic(2 * most + 8);
      const { sink, seen } = watched(make());
      const job = defineJob({
        name: 'large',
        sources: { live: topic },
        graph: (events) => ({ out: events.pipe(eventTime('at', { maxOutOfOrderness: '1s' })) }),
        sinks: { out: sink as never },
      });
      const { outputs } = await run(job, { mode: 'live', batchRows: 32, checkpointEvery: '1h', report: false });
      expect(outputs['out']?.rows).toBe(count);
      // Each batch is a megabyte, and the buffers of the first ones, while texts are a dictionary, are rounded up.
      expect(seen.most).toBeLessThan(2 * most * megabyte);
      expect(seen.seals).toBeGreaterThanOrEqual(2);
    },
    60_000,
  );
});

test('a view that the same keys are written to over and over keeps the last of each, and asks for nothing', () => {
  const written = writtenTables(['id']);
  let most = 0;
  for (let round = 0; round < 48; round++) {
    written.add(tableOf(batchOfTexts(round, 32), Event.fields));
    expect(written.room()).toBeUndefined();
    most = Math.max(most, written.tables().length);
  }
  // A megabyte each.
  expect(most).toBeLessThan(32);
}, 60_000);

test('a view of many keys asks for a checkpoint', () => {
  const written = writtenTables(['id']);
  written.add(tableOf(batchOfTexts(0, 400), Event.fields));
  expect(written.room()).toBeUndefined();
  written.add(tableOf(batchOfTexts(1, 1100), Event.fields));
  expect(written.room()).toBe('stage');
}, 60_000);

function batchOfTexts(round: number, rows: number): Batch {
  const numbers = Array.from({ length: rows }, (_, i) => i);
  return {
    length: rows,
    selection: undefined,
    columns: {
      id: columnOf(
        utf8,
        numbers.map((i) => `e${i}`),
      ),
      at: columnOf(timestamp, new Array(rows).fill(new Date(round))),
      text: columnOf(
        utf8,
        numbers.map((i) => textOf(round * rows + i)),
      ),
    },
    time: new Float64Array(rows).fill(round),
    order: [],
    group: new Int32Array(rows),
    origin: undefined,
  };
}
