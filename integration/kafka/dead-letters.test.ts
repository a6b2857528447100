import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { defineJob, int32, run, schema, utf8 } from '@millrace/core';
import { kafka } from '@millrace/connectors/kafka';
import { memory } from '@millrace/connectors/memory';
import { sharedServices } from '../services/services.js';
import { opened } from './reading.js';
import { testTopic } from './topics.js';

const Event = schema({ id: utf8, n: int32 });

describe('a topic for what was rejected', () => {
  it('holds each record with the key and the bytes that it came with, and why', async () => {
    const brokers = sharedServices().kafka;
    await using from = await testTopic(brokers, 1);
    await using letters = await testTopic(brokers, 1);
    const broken = new Uint8Array([123, 255, 0]);
    await from.append(0, [
      { key: 'a', value: '{"id":"a","n":1}' },
      { key: 'b', value: broken },
      { key: null, value: '{"id":"c","n":"many"}' },
    ]);
    const cluster = kafka({ brokers: [brokers] });
    const list = memory().list('events');
    const job = defineJob({
      name: randomUUID(),
      sources: { live: cluster.topic(from.name, Event, { end: 'now' }) },
      graph: (events) => ({ events }),
      sinks: { events: list, rejected: cluster.deadLetters(letters.name) },
    });
    await run(job, { mode: 'live', report: false });
    expect(await list.rows()).toEqual([{ id: 'a', n: 1 }]);
    const reader = await opened(cluster.topic(letters.name, Event));
    const pull = await reader.read(0, 0, 10);
    if (pull.kind !== 'records') throw new Error(pull.kind);
    const { keys, values, headers, length } = pull.records;
    expect(length).toBe(2);
    expect([...values.bytes.subarray(0, values.offsets[1])]).toEqual([...broken]);
    expect(new TextDecoder().decode(values.bytes.subarray(values.offsets[1], values.offsets[2]))).toBe(
      '{"id":"c","n":"many"}',
    );
    expect(new TextDecoder().decode(keys.bytes)).toBe('b');
    const why = headers!.map((list) =>
      Object.fromEntries(list.map(([name, value]) => [name, new TextDecoder().decode(value)])),
    );
    expect(why[0]).toMatchObject({ 'millrace.operator': 'source', 'millrace.partition': '0', 'millrace.offset': '1' });
    expect(why[1]).toMatchObject({ 'millrace.offset': '2', 'millrace.field': 'n' });
    for (const { 'millrace.code': code } of why) expect(code).toMatch(/^MILLRACE_/);
    await reader.close();
  });
});
