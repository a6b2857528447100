import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { defineJob, int32, run, schema, utf8 } from '@millrace/core';
import { kafka } from '@millrace/connectors/kafka';
import { memory } from '@millrace/connectors/memory';
import { sharedServices } from '../services/services.js';
import { committedRows } from './committed-rows.js';
import { testTopic } from './topics.js';

const Row = schema({ id: utf8, n: int32, text: utf8 });

async function copied(
  topic: string,
  rows: readonly { id: string; n: number; text: string }[],
  delivery: 'exactly-once' | 'at-least-once',
) {
  const job = defineJob({
    name: randomUUID(),
    sources: { live: memory().rows(Row, rows) },
    graph: (flow) => ({ rows: flow }),
    sinks: { rows: kafka({ brokers: [sharedServices().kafka] }).topic(topic, { delivery }) },
  });
  await run(job, { mode: 'live', report: false });
}

describe.each(['exactly-once', 'at-least-once'] as const)('rows to a topic, %s', (delivery) => {
  it('are written in as many batches as the topic takes them in', async () => {
    const brokers = sharedServices().kafka;
    await using topic = await testTopic(brokers, 2, { 'max.message.bytes': '20000' });
    const rows = Array.from({ length: 3000 }, (_, n) => ({
      id: `${n}`,
      n,
      text: 'x'.repeat(n % 10 === 0 ? 3000 : 30),
    }));
    await copied(topic.name, rows, delivery);
    const read = await committedRows(brokers, topic.name, Row);
    expect(read.sort((a, b) => a.n - b.n)).toEqual(rows);
  });

  it('fail the run before a checkpoint counts on one that the topic would not take', async () => {
    await using topic = await testTopic(sharedServices().kafka, 1, { 'max.message.bytes': '20000' });
    const large = copied(topic.name, [{ id: 'a', n: 1, text: 'x'.repeat(20_000) }], delivery);
    await expect(large).rejects.toMatchObject({ code: 'MILLRACE_SINK_UNFIT' });
  });
});
