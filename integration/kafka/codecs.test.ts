import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { defineJob, int32, run, schema, utf8 } from '@millrace/core';
import { kafka } from '@millrace/connectors/kafka';
import { memory } from '@millrace/connectors/memory';
import { sharedServices } from '../services/services.js';
import { javaConsume, javaProduce } from './java-clients.js';
import { testTopic } from './topics.js';

const Event = schema({ id: utf8, n: int32, text: utf8 });
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

// Long enough for more than one block of every codec, and not all alike.
const events = Array.from({ length: 400 }, (_, n) => ({ id: `id${n}`, n, text: `${n}é`.repeat(100 + (n % 7)) }));

describe.each(codecs)('records compressed with %s', (codec) => {
  it('by Java are read', async () => {
    const brokers = sharedServices().kafka;
    await using topic = await testTopic(brokers, 2);
    await javaProduce(
      brokers,
      topic.name,
      codec,
      events.map((event) => `${event.id}|${JSON.stringify(event)}`),
    );
    const list = memory().list('events');
    const live = kafka({ brokers: [brokers] }).topic(topic.name, Event, { keyedBy: 'id', end: 'now' });
    const job = defineJob({
      name: randomUUID(),
      sources: { live },
      graph: (flow) => ({ events: flow }),
      sinks: { events: list },
    });
    await run(job, { mode: 'live', report: false });
    const rows = await list.rows();
    expect([...rows].sort((a, b) => Number(a['n']) - Number(b['n']))).toEqual(events);
  });

  it('by a sink are read by Java, in the partitions that Java puts keys in', async () => {
    const brokers = sharedServices().kafka;
    await using topic = await testTopic(brokers, 3);
    const rows = memory().rows(Event, events);
    const to = kafka({ brokers: [brokers] }).topic(topic.name, { keyedBy: 'id', compression: codec });
    const job = defineJob({
      name: randomUUID(),
      sources: { live: rows },
      graph: (flow) => ({ events: flow }),
      sinks: { events: to },
    });
    await run(job, { mode: 'live', report: false });
    const read = await javaConsume(brokers, topic.name, 3, events.length);
    const rowsRead = read.map(({ value }) => JSON.parse(value) as { n: number });
    expect(rowsRead.sort((a, b) => a.n - b.n)).toEqual(events);
    for (const { partition, expected } of read) expect(partition).toBe(expected);
  });
});
