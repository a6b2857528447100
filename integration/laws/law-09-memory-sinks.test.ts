import { defineJob, nullable, run, schema, timestamp, utf8, type Sink } from '@millrace/core';
import { batchBytes, type SinkWriter } from '@millrace/core/connector';
import { memory } from '@millrace/connectors/memory';
import { eventTime } from '@millrace/operators';
import { describe, expect, test } from 'vitest';

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
    'print()': { sink: () => memory().print({ write: () => undefined }), most: 16 },
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
