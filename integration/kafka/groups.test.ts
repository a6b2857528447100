import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { defineJob, int32, memoryStore, run, schema, start, timestamp, utf8 } from '@millrace/core';
import { partitionOfKey } from '@millrace/core/connector';
import { randomOf, runsOf, seedOf } from '@millrace/core/testing';
import { kafka } from '@millrace/connectors/kafka';
import { postgres } from '@millrace/connectors/postgres';
import { sharedServices } from '../services/services.js';
import { until } from '../until.js';
import { shown, type Places, type Shown } from './group-rows.js';
import { testTopic, type TestTopic } from './topics.js';

const Event = schema({ id: utf8, n: int32, at: timestamp });
const partitions = 3;

/** What a child says of itself. */
interface Said {
  readonly state: string;
  readonly own: readonly number[];
}

interface Member {
  readonly process: ChildProcess;
  readonly said: () => Said;
  /** Asks it to stop, once: the second SIGTERM would end it at once. */
  readonly stop: () => void;
  readonly ended: Promise<unknown>;
}

/** A group of child processes that share a job on a topic. */
interface Setting extends Places {
  readonly topic: TestTopic;
  readonly folder: string;
  readonly members: Member[];
}

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

async function setting(by: 'id' | 'n'): Promise<Setting> {
  const topic = await testTopic(sharedServices().kafka, partitions);
  const to = await testTopic(sharedServices().kafka, 2);
  const folder = await mkdtemp(join(tmpdir(), 'millrace-group-'));
  onTestFinished(async () => {
    await topic[Symbol.asyncDispose]();
    await to[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  return { topic, to: to.name, prefix: `group_${randomUUID().replaceAll('-', '')}`, by, folder, members: [] };
}

function child({ topic, to, prefix, by, folder }: Setting, role: 'member' | 'reference'): ChildProcess {
  const { kafka: brokers, postgres: url, redis: redisUrl } = sharedServices();
  const settings = { role, brokers, topic: topic.name, to, folder, url, redisUrl, prefix, by };
  const forked = fork(join(import.meta.dirname, 'group-child.mjs'), [JSON.stringify(settings)]);
  running.add(forked);
  forked.on('exit', () => running.delete(forked));
  return forked;
}

function newMember(setting: Setting): Member {
  const { members } = setting;
  const process = child(setting, 'member');
  let said: Said = { state: 'new', own: [] };
  process.on('message', (message) => (said = message as Said));
  const ended = once(process, 'exit').then(([code, signal]: unknown[]) => {
    members.splice(members.indexOf(member), 1);
    return signal ?? code;
  });
  let isAsked = false;
  const stop = (): void => {
    if (!isAsked) process.kill('SIGTERM');
    isAsked = true;
  };
  const member = { process, said: () => said, stop, ended };
  members.push(member);
  return member;
}

/** Ids in the partition of their key; every third one comes twice, and each batch is a minute later than the last. */
async function send({ topic }: Setting, batch: number): Promise<void> {
  const byPartition = Array.from({ length: partitions }, (): { key: string; value: string }[] => []);
  for (let i = 0; i < 60; i++) {
    const id = `e${batch * 40 + Math.min(i, 39 + (i % 3))}`;
    const value = JSON.stringify({ id, n: i % 7, at: new Date(batch * 60_000 + i * 500).toISOString() });
    byPartition[partitionOfKey(Buffer.from(id), partitions)]!.push({ key: id, value });
  }
  for (const [partition, records] of byPartition.entries()) {
    if (records.length > 0) await topic.append(partition, records);
  }
}

/** A record in every partition, so late that all windows before it close. */
async function sendEnd({ topic }: Setting): Promise<void> {
  for (let n = 0, left = new Set(Array(partitions).keys()); left.size > 0; n++) {
    const id = `end${n}`;
    const partition = partitionOfKey(Buffer.from(id), partitions);
    if (!left.delete(partition)) continue;
    await topic.append(partition, [{ key: id, value: JSON.stringify({ id, n: 0, at: '2100-01-01T00:00:00Z' }) }]);
  }
}

/** The rows that one process gives for the whole topic. */
async function reference(setting: Setting): Promise<Shown> {
  const [rows] = (await once(child(setting, 'reference'), 'message')) as [Shown];
  return rows;
}

/** Waits; where it takes too long, the members say what they have said of themselves. */
const untilIn = ({ members }: Setting, isSo: () => boolean | Promise<boolean>): Promise<void> =>
  until(isSo, () => members.map(({ process, said }) => [process.pid, said()]));

const owned = (member: Member): string => [...member.said().own].sort().join();
const all = '0,1,2';

/** What is shown is the reference's in the end, whatever happened on the way. */
async function expectReference(setting: Setting): Promise<void> {
  await sendEnd(setting);
  const expected = await reference(setting);
  await untilIn(setting, async () => (await shown(setting)).events.length >= expected.events.length);
  await untilIn(setting, async () => (await shown(setting)).counts.length >= expected.counts.length);
  await untilIn(setting, async () => (await shown(setting)).copied.length >= expected.copied.length);
  await untilIn(setting, async () => (await shown(setting)).cached.length >= expected.cached.length);
  const members = [...setting.members];
  // Who was asked to stop before it could listen would end without a word.
  await until(() => members.every((member) => member.said().state !== 'new'));
  for (const member of members) member.stop();
  expect(await Promise.all(members.map(({ ended }) => ended))).toEqual(members.map(() => 0));
  expect(await shown(setting)).toEqual(expected);
}

test('a graph without an exchange spreads: members share the partitions, and give and take them', async () => {
  const group = await setting('id');
  await send(group, 0);
  const first = newMember(group);
  await until(() => owned(first) === all);
  const second = newMember(group);
  await until(() => owned(first).length + owned(second).length === 4 && owned(second) !== '');
  await send(group, 1);
  const third = newMember(group);
  await until(() => [first, second, third].every((member) => member.said().own.length === 1));
  await send(group, 2);
  second.stop();
  expect(await second.ended).toBe(0);
  await until(() => first.said().own.length + third.said().own.length === 3);
  await send(group, 3);
  first.process.kill('SIGKILL');
  await until(() => owned(third) === all);
  await send(group, 4);
  await expectReference(group);
});

test('with an exchange one member runs the job, and another takes over when it dies', async () => {
  const group = await setting('n');
  await send(group, 0);
  const first = newMember(group);
  await until(() => owned(first) === all);
  const second = newMember(group);
  await until(() => second.said().state === 'running');
  await send(group, 1);
  // Without the second batch there are 42 ids: it has been read and shown, and the second member had no part in it.
  await untilIn(group, async () => (await shown(group)).events.length > 42);
  expect(owned(second)).toBe('');
  expect(owned(first)).toBe(all);
  first.process.kill('SIGKILL');
  await until(() => owned(second) === all);
  await send(group, 2);
  await expectReference(group);
});

test.each(['id', 'n'] as const)(
  'law 2: joins, leaves, kills and pauses at random give the rows of one process (by %s)',
  async (by) => {
    const random = randomOf(seedOf());
    const group = await setting(by);
    newMember(group);
    const paused: Member[] = [];
    for (let batch = 0; batch < runsOf(12); batch++) {
      await send(group, batch);
      const awake = group.members.filter((member) => !paused.includes(member));
      const one = awake[random.below(Math.max(awake.length, 1))];
      const what = random.below(5);
      if (group.members.length < 3 && (what <= 1 || awake.length === 0)) newMember(group);
      else if (what === 2) one?.stop();
      else if (what === 3) one?.process.kill('SIGKILL');
      else if (one !== undefined) {
        one.process.kill('SIGSTOP');
        paused.push(one);
      }
      // A zombie: it wakes when others have taken over what it believes to be its own.
      if (paused.length > 1) paused.shift()!.process.kill('SIGCONT');
      await setTimeout(random.below(1500));
    }
    for (const { process: child } of paused) child.kill('SIGCONT');
    newMember(group);
    await expectReference(group);
  },
);

test('the offsets of the group say how far its checkpoints are', async () => {
  const group = await setting('id');
  await send(group, 0);
  const member = newMember(group);
  await until(async () => (await shown(group)).events.length > 0 && owned(member) === all);
  const ends = await Promise.all([0, 1, 2].map((partition) => group.topic.end(partition)));
  await until(async () => {
    const [offsets] = await group.topic.admin.fetchOffsets({ groupId: group.topic.name, topics: [group.topic.name] });
    const read = [...(offsets?.partitions ?? [])].sort((a, b) => a.partition - b.partition);
    return read.length === 3 && read.every(({ offset }, partition) => Number(offset) === ends[partition]);
  });
  await expectReference(group);
});

test('what is wrong is said before the first record: no topic, a session that the broker refuses, another protocol', async () => {
  const { kafka: brokers, postgres: url } = sharedServices();
  const cluster = kafka({ brokers: [brokers] });
  await using topic = await testTopic(brokers, 1);
  const job = (name: string) =>
    defineJob({
      name: `wrong-${randomUUID()}`,
      sources: { live: cluster.topic(name, Event) },
      graph: (events) => ({ events }),
      sinks: { events: postgres({ url }).table('never') },
      checkpoints: memoryStore(),
    });
  const options = { mode: 'live', report: false } as const;
  const group = cluster.group(randomUUID());
  await expect(run(job('no-such-topic'), { ...options, group })).rejects.toMatchObject({
    code: 'MILLRACE_SOURCE_UNREADABLE',
  });
  const short = cluster.group(randomUUID(), { sessionTimeout: '10ms' });
  await expect(run(job(topic.name), { ...options, group: short })).rejects.toThrow(
    /sessionTimeout of 10 ms is not what the broker allows/,
  );

  const consumer = topic.client.consumer({ groupId: topic.name, sessionTimeout: 6000 });
  await consumer.connect();
  await consumer.subscribe({ topic: topic.name });
  await consumer.run({ eachBatch: async () => undefined });
  try {
    await until(async () => (await topic.admin.describeGroups([topic.name])).groups[0]?.state === 'Stable');
    const foreign = cluster.group(topic.name);
    await expect(start(job(topic.name), { ...options, group: foreign }).done).rejects.toThrow(/is that of a group with other consumers in it/); // prettier-ignore
  } finally {
    await consumer.disconnect();
  }
});
