import { Redis } from 'ioredis';
import { expect, onTestFinished } from 'vitest';
import { defineJob, memoryStore, schema, timestamp, utf8, type Job } from '@millrace/core';
import type { MemoryTopic } from '@millrace/connectors/memory';
import { redis, type RedisOptions } from '@millrace/connectors/redis';
import { agg, aggregate, eventTime, tumbling } from '@millrace/operators';
import type { RunningService } from '../services/services.js';

// A job of pins with two views on a server of a test's own.

export const Pin = schema({ id: utf8, category: utf8, at: timestamp });
export const total = 3000;
export const pin = (i: number): string => JSON.stringify({ id: `p${i}`, category: `c${i % 7}`, at: new Date(i * 1000).toISOString() }); // prettier-ignore

export function clientOf({ url }: RunningService): Redis {
  const client = new Redis(url);
  onTestFinished(() => client.disconnect());
  return client;
}

export function jobOn(topic: MemoryTopic<typeof Pin.fields>, options: RedisOptions): Job {
  const store = redis(options);
  return defineJob({
    name: 'pins',
    sources: { live: topic },
    graph: (raw) => {
      const pins = raw.pipe(eventTime('at', { maxOutOfOrderness: '5s' }));
      const compute = { pins: agg.count() };
      return { pins, counts: pins.pipe(aggregate({ window: tumbling('1m'), by: 'category', compute, early: '5ms' })) };
    },
    sinks: {
      pins: store.view('pins', { key: ['id'] }),
      counts: store.view('counts', { key: ['category', 'windowStart'] }),
    },
    checkpoints: memoryStore(),
  });
}

/** Every record is shown once, and nothing is left that nobody sees. */
export async function expectWhole(server: RunningService, counts: number): Promise<void> {
  const store = redis({ url: server.url });
  onTestFinished(() => store.close());
  const pins = await store.view('pins', { key: ['id'] }).rows();
  expect(pins.map(({ id }) => id)).toEqual(Array.from({ length: total }, (_, i) => `p${i}`));
  const shown = await store.view('counts', { key: ['category', 'windowStart'] }).rows({ early: true });
  expect(shown).toHaveLength(counts);
  expect(shown.filter(({ early }) => early === true)).toEqual([]);
  expect(shown.reduce((sum, row) => sum + (row['pins'] as number), 0)).toBe(total);
  expect(await clientOf(server).keys('*stage*')).toEqual([]);
}
