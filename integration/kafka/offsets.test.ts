import { describe, expect, it } from 'vitest';
import { schema, utf8 } from '@millrace/core';
import { kafka, type TopicOptions } from '@millrace/connectors/kafka';
import { sharedServices } from '../services/services.js';
import { opened, readAll } from './reading.js';
import { testTopic, type TestTopic } from './topics.js';
import { until } from '../until.js';

const Event = schema({ id: utf8 });

const readerOf = (topic: TestTopic, options: TopicOptions = {}) =>
  opened(kafka({ brokers: [sharedServices().kafka] }).topic(topic.name, Event, options));
const texts = (...values: string[]) => values.map((value) => ({ value }));
const valuesOf = (records: readonly { readonly value: string | null }[]) => records.map(({ value }) => value);

describe('case 24: empty partitions and compacted gaps', () => {
  it('(a) ends by its positions: one partition read, one never written, one emptied by retention', async () => {
    await using topic = await testTopic(sharedServices().kafka);
    await topic.append(0, texts('a', 'b', 'c'));
    await topic.skipTo(2, 500);
    await topic.deleteBefore(2, 500);
    const reader = await readerOf(topic, { end: 'now' });
    await topic.append(0, texts('comes too late'));
    const partitions = await reader.partitions();
    expect(partitions.map(({ start, end }) => [start, end])).toEqual([[0, 3], [0, 0], [500, 500]]); // prettier-ignore
    const read = await Promise.all(partitions.map(({ partition, start }) => readAll(reader, partition, start)));
    expect(read.map(({ kind, position }) => [kind, position])).toEqual([['end', 3], ['end', 0], ['end', 500]]); // prettier-ignore
    expect(valuesOf(read[0]!.records)).toEqual(['a', 'b', 'c']);
    await reader.close();
  });

  it('(b), (c) reads what a compaction has left, from within a gap as well', async () => {
    const config = {
      'cleanup.policy': 'compact',
      'segment.ms': '100',
      'min.cleanable.dirty.ratio': '0.01',
      'max.compaction.lag.ms': '100',
    };
    await using topic = await testTopic(sharedServices().kafka, 1, config);
    // One batch that covers 0 to 6, of which two records stay; then one behind which nothing is compacted.
    const of = (keys: readonly string[]) => keys.map((key, i) => ({ key, value: `${key}${i}` }));
    await topic.append(0, of(['x', 'x', 'x', 'b', 'c', 'x', 'x']));
    await topic.append(0, of(['x']));
    const stored = async () => {
      // The segment that is written to is never compacted: a record now and then closes it.
      await topic.append(0, [{ key: 'tick', value: 'tick' }]);
      const reader = await readerOf(topic);
      const { records } = await readAll(reader);
      await reader.close();
      return records.filter(({ key }) => key !== 'tick');
    };
    await until(async () => (await stored()).length === 3);
    expect((await stored()).map(({ offset, value }) => [offset, value])).toEqual([[3, 'b3'], [4, 'c4'], [7, 'x0']]); // prettier-ignore
    const reader = await readerOf(topic);
    const behind = await readAll(reader, 0, 5);
    expect(behind.records[0]).toMatchObject({ offset: 7, value: 'x0' });
    expect(behind.position).toBe(await topic.end(0));
    await reader.close();
  });
});

describe('case 25: transaction markers and aborted records', () => {
  async function mixed(topic: TestTopic): Promise<void> {
    const producer = topic.client.producer({ transactionalId: topic.name, maxInFlightRequests: 1 });
    await producer.connect();
    const send = async (value: string, outcome: 'commit' | 'abort', end: number): Promise<void> => {
      const transaction = await producer.transaction();
      // A key that looks like the marker of an abort.
      await transaction.send({
        topic: topic.name,
        messages: [{ key: Buffer.from([0, 0, 0, 0]), value, partition: 0 }],
      });
      await transaction[outcome]();
      await until(async () => (await topic.end(0)) >= end);
    };
    await send('0', 'commit', 2);
    await send('2', 'abort', 4);
    await topic.append(0, [{ key: Buffer.from([0, 0, 0, 0]), value: '4' }]);
    await send('5', 'commit', 7);
    await producer.disconnect();
  }

  it('gives committed records alone, whatever their keys look like, and ends behind the last marker', async () => {
    await using topic = await testTopic(sharedServices().kafka, 1);
    await mixed(topic);
    for (const from of [0, 1, 2, 3, 4]) {
      const reader = await readerOf(topic, { end: 'now' });
      const { records, position, kind } = await readAll(reader, 0, from);
      expect(valuesOf(records)).toEqual(['0', '4', '5'].filter((value) => Number(value) >= from));
      expect([position, kind]).toEqual([7, 'end']);
      await reader.close();
    }
    const all = await readerOf(topic, { isolation: 'uncommitted', end: 'now' });
    expect(valuesOf((await readAll(all)).records)).toEqual(['0', '2', '4', '5']);
    await all.close();
  });

  it('(b) starts where only what was read is gone, and refuses where a marker is gone unread', async () => {
    await using topic = await testTopic(sharedServices().kafka, 1);
    await mixed(topic);
    await topic.deleteBefore(0, 7);
    const reader = await readerOf(topic, { end: 'now' });
    expect(await readAll(reader, 0, 7)).toMatchObject({ records: [], kind: 'end' });
    await reader.close();
    const live = await readerOf(topic);
    expect(await readAll(live, 0, 7)).toMatchObject({ records: [], kind: 'caughtUp' });
    await expect(live.read(0, 6, 10)).rejects.toMatchObject({ code: 'MILLRACE_SOURCE_TRUNCATED' });
    await live.close();
  });

  it('(c) passes over a marker in one read', async () => {
    await using topic = await testTopic(sharedServices().kafka, 1);
    await mixed(topic);
    const reader = await readerOf(topic);
    const pull = await reader.read(0, 6, 10);
    expect(pull).toMatchObject({ kind: 'records', records: { length: 0, next: 7 } });
    await reader.close();
  });

  it('does not read past a transaction that is open, and goes on when it is committed', async () => {
    await using topic = await testTopic(sharedServices().kafka, 1);
    const producer = topic.client.producer({ transactionalId: topic.name, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic: topic.name, messages: [{ value: 'open', partition: 0 }] });
    await topic.append(0, texts('behind'));
    const reader = await readerOf(topic);
    expect(await readAll(reader)).toMatchObject({ records: [], position: 0, kind: 'caughtUp' });
    const arrived = reader.arrival(0, 0, new AbortController().signal);
    await transaction.commit();
    await arrived;
    await until(async () => (await readAll(reader)).records.length === 2);
    await producer.disconnect();
    await reader.close();
  });
});

describe('times', () => {
  it('are those of the broker where the topic says so', async () => {
    await using topic = await testTopic(sharedServices().kafka, 1, { 'message.timestamp.type': 'LogAppendTime' });
    const before = Date.now();
    await topic.append(0, [
      { value: 'a', time: 5 },
      { value: 'b', time: 7 },
    ]);
    const reader = await readerOf(topic);
    const { records } = await readAll(reader);
    await reader.close();
    expect(records.map(({ value }) => value)).toEqual(['a', 'b']);
    // Clocks of one machine; the producer said 1970.
    for (const { time } of records) expect(time).toBeGreaterThanOrEqual(before - 60_000);
    expect(records[0]!.time).toBe(records[1]!.time);
  });
});

describe('a topic that was made anew', () => {
  it('is told from the one that is read, though it has the same name and as many records', async () => {
    await using topic = await testTopic(sharedServices().kafka, 1);
    await topic.append(0, texts('a', 'b'));
    const reader = await readerOf(topic);
    expect((await readAll(reader)).records).toHaveLength(2);
    const { identity } = reader;
    await topic.admin.deleteTopics({ topics: [topic.name] });
    const cluster = kafka({ brokers: [sharedServices().kafka] });
    while (!(await cluster.createTopic(topic.name, { partitions: 1 }).catch(() => false))) continue;
    await topic.append(0, texts('c', 'd', 'e'));
    const failed = (async () => {
      for (;;) {
        const pull = await reader.read(0, 2, 10);
        if (pull.kind === 'records') throw new Error('it read on in another topic');
        await reader.arrival(0, 2, new AbortController().signal);
      }
    })();
    await expect(failed).rejects.toMatchObject({ code: 'MILLRACE_SOURCE_CHANGED', data: { was: identity } });
    await reader.close();
    const anew = await readerOf(topic);
    expect(anew.identity).not.toBe(identity);
    await anew.close();
  });

  it('that is only gone is said to be gone', async () => {
    await using topic = await testTopic(sharedServices().kafka, 1);
    const reader = await readerOf(topic);
    await readAll(reader);
    await topic.admin.deleteTopics({ topics: [topic.name] });
    const failed = (async () => {
      for (;;) {
        await reader.read(0, 0, 10);
        await reader.arrival(0, 0, new AbortController().signal);
      }
    })();
    await expect(failed).rejects.toMatchObject({ code: 'MILLRACE_SOURCE_UNREADABLE' });
    await reader.close();
  });
});
