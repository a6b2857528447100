import { describe, expect, it } from 'vitest';
import { defineJob, int32, memoryStore, run, schema, start, utf8, type Source } from '@millrace/core';
import { virtualClock } from '@millrace/core/testing';
import { memory, type MemoryList, type MemoryTopic } from './index.js';

// Cases of empty partitions, gaps, added partitions and lost offsets, as a job meets them on a memory topic.

const Event = schema({ id: utf8, v: int32 });
type Events = MemoryTopic<typeof Event.fields>;

const jobOn = (live: Source<typeof Event.fields>, events: MemoryList, checkpoints = memoryStore()) =>
  defineJob({ name: 'case', sources: { live }, graph: (flow) => ({ events: flow }), sinks: { events }, checkpoints });
const live = { mode: 'live', report: false } as const;
const record = (partition: number, offset: number, v = offset) => ({ value: { id: `${partition}/${offset}`, v }, partition, offset }); // prettier-ignore
const ids = async (list: MemoryList) => (await list.rows()).map(({ id }) => id);

function topicOf(store = memory(), partitions = 1): { topic: Events; events: MemoryList } {
  return { topic: store.topic('events', Event, { partitions }), events: store.list('events') };
}

describe('case 24: empty partitions and compacted gaps', () => {
  it('(a) ends with one partition read, one never written and one emptied', async () => {
    const { topic, events } = topicOf(memory(), 3);
    await topic.append([record(0, 0), record(0, 1), record(0, 2), record(2, 499)]);
    await topic.deleteBefore(2, 500);
    await topic.end();
    await run(jobOn(topic, events), live);
    expect(await ids(events)).toEqual(['0/0', '0/1', '0/2']);
  });

  it('(a) ends without a record, and waits while it is not ended', async () => {
    const { topic, events } = topicOf(memory(), 3);
    const handle = start(jobOn(topic, events), live);
    let ended = false;
    void handle.done.then(() => (ended = true));
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(false);
    await topic.end();
    await handle.done;
    expect(await ids(events)).toEqual([]);
  });

  it('(b) passes over compacted offsets', async () => {
    const { topic, events } = topicOf();
    await topic.append([3, 4, 7, 8].map((offset) => record(0, offset)));
    await topic.end();
    const { outputs } = await run(jobOn(topic, events), live);
    expect(outputs['events']?.rows).toBe(4);
    expect(await ids(events)).toEqual(['0/3', '0/4', '0/7', '0/8']);
  });

  it('(c) goes on behind a gap that ends the log, as a transaction marker does', async () => {
    const { topic, events } = topicOf();
    await topic.append([record(0, 0), record(0, 4)]);
    await topic.skipTo(0, 7);
    await topic.end();
    await run(jobOn(topic, events), live);
    expect(await ids(events)).toEqual(['0/0', '0/4']);
  });
});

describe('case 27: a partition added while running', () => {
  it('is read from its beginning, though its records came before it was noticed', async () => {
    const { topic, events } = topicOf(memory(), 2);
    await topic.append([record(1, 0, 100), record(1, 1, 100), record(1, 2, 100)]);
    const options = { ...live, clock: virtualClock(1), checkpointEvery: '50ms' } as const;
    const handle = start(jobOn(topic, events), options);
    await untilRead(handle, 3);
    await topic.addPartitions(1);
    await topic.append([1, 2, 3, 4, 5].map((v, offset) => record(2, offset, v)));
    await untilRead(handle, 8);
    await topic.end();
    await handle.done;
    const rows = (await events.rows()).filter(({ id }) => (id as string).startsWith('2/'));
    expect(rows.map(({ v }) => v)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('case 28: stored offset out of range', () => {
  async function stopped(topic: Events, events: MemoryList, count: number, checkpoints = memoryStore()) {
    const handle = start(jobOn(topic, events, checkpoints), live);
    await topic.append(Array.from({ length: count }, (_, offset) => record(0, offset)));
    await untilRead(handle, count);
    await handle.stop();
    await handle.done;
    return checkpoints;
  }

  it('(b) stops where records are gone unread, naming topic, partition and both offsets', async () => {
    const { topic, events } = topicOf();
    const checkpoints = await stopped(topic, events, 5);
    await topic.append(Array.from({ length: 7 }, (_, i) => record(0, 5 + i)));
    await topic.deleteBefore(0, 8);
    const again = run(jobOn(topic, events, checkpoints), live);
    await expect(again).rejects.toMatchObject({
      code: 'MILLRACE_SOURCE_TRUNCATED',
      data: { source: 'memory topic "events"', partition: 0, position: 5, start: 8 },
    });
    expect(await events.rows()).toHaveLength(5);
  });

  it('(c) refuses a topic that was made anew', async () => {
    const { topic, events } = topicOf();
    const checkpoints = await stopped(topic, events, 5);
    const { topic: other } = topicOf();
    await expect(run(jobOn(other, events, checkpoints), live)).rejects.toMatchObject({ code: 'MILLRACE_SOURCE_CHANGED' }); // prettier-ignore
  });
});

async function untilRead(handle: ReturnType<typeof start>, count: number): Promise<void> {
  while (!JSON.stringify(handle.metrics()).includes(`"in":${count}`)) await new Promise((resolve) => setImmediate(resolve)); // prettier-ignore
}
