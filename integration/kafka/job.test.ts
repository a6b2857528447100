import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { defineJob, int32, memoryStore, run, schema, start, utf8, type Source } from '@millrace/core';
import { aggregate, agg, eventTime, tumbling } from '@millrace/operators';
import { timestamp } from '@millrace/core';
import { kafka } from '@millrace/connectors/kafka';
import { memory } from '@millrace/connectors/memory';
import { sharedServices } from '../services/services.js';
import { testTopic, type TestTopic } from './topics.js';
import { settled, until } from '../until.js';

const Pin = schema({ id: utf8, category: utf8, likes: int32, at: timestamp });
type Pins = Source<typeof Pin.fields>;

const minute = 60_000;
const start0 = Date.UTC(2026, 0, 1);

/** 300 pins in three partitions: 20 in each minute, in two categories. */
async function fill(topic: TestTopic, from = 0, to = 300): Promise<void> {
  for (const partition of [0, 1, 2]) {
    const records = [];
    for (let i = from; i < to; i++) {
      if (i % 3 !== partition) continue;
      const at = new Date(start0 + Math.floor(i / 20) * minute + i).toISOString();
      records.push({
        key: `id${i}`,
        value: JSON.stringify({ id: `id${i}`, category: i % 2 ? 'odd' : 'even', likes: i, at }),
      });
    }
    await topic.append(partition, records);
  }
}

function jobOn(live: Pins, store = memory(), checkpoints = memoryStore()) {
  const view = store.view('popularity', { key: ['category', 'windowStart'] });
  const job = defineJob({
    name: `popularity-${randomUUID()}`,
    sources: { live },
    graph: (pins) => ({
      popularity: pins.pipe(
        eventTime('at', { maxOutOfOrderness: '5s' }),
        aggregate({ window: tumbling('1m'), by: 'category', compute: { pins: agg.count(), likes: agg.sum('likes') } }),
      ),
    }),
    sinks: { popularity: view },
    checkpoints,
  });
  return { job, view };
}

describe('a job on a topic of Kafka', () => {
  it('ends by its positions where it is bounded, with every window closed', async () => {
    await using topic = await testTopic(sharedServices().kafka);
    await fill(topic);
    // Behind the last record lies the marker of a transaction.
    await topic.skipTo(0, 150);
    const { job, view } = jobOn(
      kafka({ brokers: [sharedServices().kafka] }).topic(topic.name, Pin, { keyedBy: 'id', end: 'now' }),
    );
    const { outputs } = await run(job, { mode: 'live', report: false });
    expect(outputs['popularity']?.rows).toBe(30);
    const rows = await view.rows();
    expect(rows.reduce((sum, { pins }) => sum + Number(pins), 0)).toBe(300);
    expect(rows.reduce((sum, { likes }) => sum + Number(likes), 0)).toBe((299 * 300) / 2);
  });

  it('shows what comes while it runs, and goes on at the next offset after a stop', async () => {
    await using topic = await testTopic(sharedServices().kafka);
    const store = memory();
    const checkpoints = memoryStore();
    const live = kafka({ brokers: [sharedServices().kafka] }).topic(topic.name, Pin, { keyedBy: 'id' });
    const { job, view } = jobOn(live, store, checkpoints);
    const options = { mode: 'live', report: false, checkpointEvery: '100ms' } as const;
    const first = start(job, options);
    await fill(topic, 0, 100);
    // The watermark is 5 s short of the last minute: two windows of two categories stay open.
    await until(async () => (await view.rows()).length === 6);
    await first.stop();
    await first.done;
    await fill(topic, 100, 300);
    const second = start(job, options);
    const rows = await settled(
      () => view.rows(),
      (all) => all.length === 26,
    );
    await second.stop();
    await second.done;
    expect(rows.every(({ pins }) => Number(pins) === 10)).toBe(true);
  });

  it('case 27: reads a partition that is added while it runs from its beginning', async () => {
    await using topic = await testTopic(sharedServices().kafka, 2);
    const { job, view } = jobOn(kafka({ brokers: [sharedServices().kafka] }).topic(topic.name, Pin));
    const pin = (second: number, likes: number): { value: string } => {
      const at = new Date(start0 + second * 1000).toISOString();
      return { value: JSON.stringify({ id: `${second}`, category: 'k', likes, at }) };
    };
    await topic.append(0, [pin(1, 0), pin(25, 0)]);
    await topic.append(1, [pin(5, 0), pin(25, 0)]);
    const handle = start(job, { mode: 'live', report: false, checkpointEvery: '100ms', idleTimeout: '1h' });
    const watermark = (): number => handle.metrics().outputs['popularity']?.watermark ?? -Infinity;
    await until(() => watermark() === start0 + 20_000);
    // Before the job has noticed.
    await topic.admin.createPartitions({ topicPartitions: [{ topic: topic.name, count: 3 }] });
    await topic.append(
      2,
      [1, 2, 3, 4, 5].map((likes) => pin(29 + likes, likes)),
    );
    const positions = (): string => JSON.stringify(handle.metrics().sources[topic.name]?.partitions);
    await until(() => positions().includes('"partition":2,"position":5'));
    expect(watermark()).toBeGreaterThanOrEqual(start0 + 20_000);
    for (const partition of [0, 1, 2]) await topic.append(partition, [pin(100, 0)]);
    const [row] = await settled(() => view.rows(), (rows) => rows.length > 0); // prettier-ignore
    expect(row).toMatchObject({ category: 'k', pins: 9, likes: 15 });
    await handle.stop();
  });

  it('case 27: refuses one where keys would have moved', async () => {
    await using topic = await testTopic(sharedServices().kafka, 2);
    const { job } = jobOn(kafka({ brokers: [sharedServices().kafka] }).topic(topic.name, Pin, { keyedBy: 'id' }));
    const handle = start(job, { mode: 'live', report: false, checkpointEvery: '100ms' });
    await until(() => handle.metrics().state === 'running');
    await topic.admin.createPartitions({ topicPartitions: [{ topic: topic.name, count: 3 }] });
    await expect(handle.done).rejects.toMatchObject({ code: 'MILLRACE_SOURCE_REPARTITIONED' });
  });
});
