import { describe, expect, it } from 'vitest';
import { int32, schema, utf8 } from '@millrace/core';
import { partitionOfKey } from '@millrace/core/connector';
import { memory, type MemoryTopic } from './index.js';

const Pin = schema({ id: utf8, n: int32 });
const context = {
  columns: new Set<string>(),
  metadata: true,
  logger: { debug() {}, info() {}, warn() {}, error() {} },
};
const encoder = new TextEncoder();

async function everything(topic: MemoryTopic<typeof Pin.fields>) {
  const reader = await topic.open(context);
  const found: { partition: number; offset: number; key: string | null; value: string | null; time: number }[] = [];
  for (const { partition, start, end } of await reader.partitions()) {
    if (start === end) continue;
    const pull = await reader.read(partition, start, 1000);
    if (pull.kind !== 'records') throw new Error(pull.kind);
    const { records } = pull;
    const text = ({ offsets, bytes, validity }: typeof records.keys, row: number) =>
      validity !== undefined && ((validity[row >> 3]! >> (row & 7)) & 1) === 0
        ? null
        : new TextDecoder().decode(bytes.subarray(offsets[row], offsets[row + 1]));
    for (let row = 0; row < records.length; row++) {
      found.push({
        partition,
        offset: records.offsets[row]!,
        key: text(records.keys, row),
        value: text(records.values, row),
        time: records.brokerTimes[row]!,
      });
    }
  }
  await reader.close();
  return found;
}

describe('memory().topic', () => {
  it('gives a row, JSON and bytes of JSON the key of the declared field; what has none has no key', async () => {
    const topic = memory().topic('pins', Pin, { keyedBy: 'id', partitions: 3 });
    const json = '{"n":1,"id":"b"}';
    await topic.send([{ id: 'a', n: 0 }, json, encoder.encode(json), 'no JSON', '{"n":2}', null]);
    const found = await everything(topic);
    expect(found.map(({ key }) => key).sort()).toEqual(['a', 'b', 'b', null, null, null]);
    for (const { key, partition } of found)
      if (key !== null) expect(partition).toBe(partitionOfKey(encoder.encode(key), 3));
    const numbered = memory().topic('numbers', Pin, { keyedBy: 'n' });
    await numbered.send([{ id: 'a', n: 7 }, '{"id":"b","n":7}']);
    expect((await everything(numbered)).map(({ key }) => key)).toEqual(['7', '7']);
  });

  it('writes rows as JSON, text and bytes as they are, and null as a tombstone', async () => {
    const topic = memory({ clock: () => 42 }).topic('pins', Pin);
    await topic.send([{ id: 'a', n: 1 }, '{"id":', encoder.encode('raw'), null]);
    expect(await everything(topic)).toEqual([
      { partition: 0, offset: 0, key: null, value: '{"id":"a","n":1}', time: 42 },
      { partition: 0, offset: 1, key: null, value: '{"id":', time: 42 },
      { partition: 0, offset: 2, key: null, value: 'raw', time: 42 },
      { partition: 0, offset: 3, key: null, value: null, time: 42 },
    ]);
  });

  it('sends keyed rows where Kafka would, and others in turn', async () => {
    const topic = memory().topic('pins', Pin, { partitions: 3, keyedBy: 'id' });
    const ids = ['a', 'b', 'c', 'd', 'e', 'é'];
    await topic.send(ids.map((id, n) => ({ id, n })));
    for (const { partition, key } of await everything(topic)) {
      expect(partition).toBe(partitionOfKey(encoder.encode(key!), 3));
    }
    const unkeyed = memory().topic('pins', Pin, { partitions: 3 });
    await unkeyed.send(['0', '1', '2', '3']);
    await unkeyed.send(['4']);
    const placed = await everything(unkeyed);
    expect(placed.map(({ partition, value }) => [partition, value])).toEqual([[0, '0'], [0, '3'], [1, '1'], [1, '4'], [2, '2']]); // prettier-ignore
  });

  it('takes keys, times, partitions and offsets per record', async () => {
    const topic = memory().topic('pins', Pin, { partitions: 2 });
    await topic.append([
      { value: 'x', key: 'k', brokerTime: -1, partition: 1, offset: 5 },
      { value: 'y', key: null, brokerTime: 7, partition: 1 },
      { value: 'z', brokerTime: 8, partition: 1, offset: 9 },
    ]);
    expect(await everything(topic)).toEqual([
      { partition: 1, offset: 5, key: 'k', value: 'x', time: -1 },
      { partition: 1, offset: 6, key: null, value: 'y', time: 7 },
      { partition: 1, offset: 9, key: null, value: 'z', time: 8 },
    ]);
  });

  it('refuses, and keeps nothing of, a call with an offset below the end or no such partition', async () => {
    const topic = memory().topic('pins', Pin, { partitions: 2 });
    await topic.send(['x', 'y']);
    const below = topic.append([{ value: 'a', partition: 1 }, { value: 'b', partition: 0, offset: 0 }]); // prettier-ignore
    await expect(below).rejects.toThrow('offset 0 is below the end 1 of partition 0');
    await expect(topic.append([{ value: 'a', partition: 2 }])).rejects.toThrow('partition 2 is none of its 2');
    await expect(topic.deleteBefore(2, 0)).rejects.toThrow('partition 2 is none of its 2');
    await expect(topic.skipTo(0, -1)).rejects.toThrow('offset -1 is no offset');
    expect(await everything(topic)).toHaveLength(2);
  });

  it('refuses what it cannot be, where it is made or first used', async () => {
    const store = memory();
    expect(() => store.topic('pins', Pin, { partitions: 0 })).toThrow('must be a whole number from 1 to 1024');
    expect(() => store.topic('pins', Pin, { keyedBy: 'nope' as 'id' })).toThrow('is keyed by "nope"');
    await store.topic('pins', Pin).send(['x']);
    await expect(store.topic('pins', Pin, { partitions: 3 }).send(['x'])).rejects.toThrow('the topic is there with 1');
    await expect(store.topic('pins', Pin).addPartitions(2000)).rejects.toThrow('from 1 to 1024');
  });

  it('is the same topic by its name, and another one elsewhere', async () => {
    const store = memory();
    const [one, same, elsewhere] = [store.topic('pins', Pin), store.topic('pins', Pin), memory().topic('pins', Pin)];
    const identities = await Promise.all([one, same, elsewhere].map(async (topic) => (await topic.open(context)).identity)); // prettier-ignore
    expect(identities[0]).toBe(identities[1]);
    expect(identities[0]).not.toBe(identities[2]);
  });

  it('keeps records that came one by one as it keeps those that came together', async () => {
    const topic = memory().topic('pins', Pin);
    for (let i = 0; i < 300; i++) await topic.send([String(i)]);
    const found = await everything(topic);
    expect(found.map(({ offset, value }) => [offset, value])).toEqual(Array.from({ length: 300 }, (_, i) => [i, String(i)])); // prettier-ignore
  });
});
