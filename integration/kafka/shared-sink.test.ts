import { randomUUID } from 'node:crypto';
import { Kafka, KafkaJSProtocolError, logLevel, type Producer, type ProducerConfig } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SinkWriter } from '@millrace/core/connector';
import { runsOf } from '@millrace/core/testing';
import { kafka, type KafkaOptions } from '@millrace/connectors/kafka';
import { batchOf, contextOf, ContractRow, rowsNamed } from '@millrace/connectors/testing';
import { sharedServices } from '../services/services.js';
import { committedRows } from './committed-rows.js';
import { testTopic, type TestTopic } from './topics.js';

const brokers = (): string => sharedServices().kafka;
const foreign = { lineage: 'L2', job: 'other' };

type Context = NonNullable<Parameters<typeof contextOf>[0]>;

/** Opens a part of lineage L1 as a process of its own does, or with a client of the test's. */
async function open(
  topic: string,
  context: Context,
  options: KafkaOptions = { brokers: [brokers()], clientId: randomUUID() },
): Promise<SinkWriter> {
  // prettier-ignore
  return kafka(options).topic(topic, { keyedBy: 'id', partitions: 2 }).open(contextOf(context));
}

async function ids(topic: string): Promise<string[]> {
  return (await committedRows(brokers(), topic, ContractRow)).map(({ id }) => id).sort();
}

/** Stages rows of one checkpoint; gives what shows them. */
async function staged(writer: SinkWriter, checkpoint: number, ...names: string[]): Promise<() => Promise<void>> {
  if (names.length > 0) writer.write(batchOf(rowsNamed(...names)));
  writer.seal(checkpoint);
  const stage = await writer.stage(checkpoint);
  return () => writer.publish({ checkpoint, staged: stage, final: false });
}

/** A client whose transactions of one name wait before they commit, until `wake`. */
function sleeper(transactionalId: string): { client: Kafka; asleep: Promise<void>; wake: () => void } {
  const client = new Kafka({ brokers: [brokers()], logLevel: logLevel.NOTHING });
  const makeProducer = client.producer.bind(client);
  let fallAsleep!: () => void;
  let wake!: () => void;
  const asleep = new Promise<void>((resolve) => (fallAsleep = resolve));
  const awake = new Promise<void>((resolve) => (wake = resolve));
  client.producer = (config?: ProducerConfig): Producer => {
    const producer = makeProducer(config);
    if (config?.transactionalId !== transactionalId) return producer;
    const transaction = async () => {
      const begun = await producer.transaction();
      const commit = async (): Promise<void> => {
        fallAsleep();
        await awake;
        await begun.commit();
      };
      return { ...begun, commit };
    };
    return { ...producer, transaction };
  };
  return { client, asleep, wake };
}

/** A client whose first commit of each name gets the answer of a broker that has met an error of its own. */
function failingOnce(when: 'before' | 'behind'): { client: Kafka; failed: () => number } {
  const client = new Kafka({ brokers: [brokers()], logLevel: logLevel.NOTHING });
  const makeProducer = client.producer.bind(client);
  const failed = new Set<string>();
  client.producer = (config?: ProducerConfig): Producer => {
    const producer = makeProducer(config);
    const transaction = async () => {
      const begun = await producer.transaction();
      const commit = async (): Promise<void> => {
        const name = config!.transactionalId!;
        if (failed.has(name)) return begun.commit();
        failed.add(name);
        if (when === 'behind') await begun.commit();
        throw new KafkaJSProtocolError(
          Object.assign(new Error('an unexpected error'), { type: 'UNKNOWN', code: -1, retriable: false }),
        );
      };
      return { ...begun, commit };
    };
    return { ...producer, transaction };
  };
  return { client, failed: () => failed.size };
}

/** A transaction of a name that has written beside a topic and then does nothing more: its process has died. */
async function leftOpen(topic: TestTopic, transactionalId: string): Promise<void> {
  const producer = topic.client.producer({ transactionalId, maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  onTestFinished(() => producer.disconnect());
  const transaction = await producer.transaction();
  const progress = JSON.stringify({ ...foreign, published: 7 });
  await transaction.send({ topic: `${topic.name}.millrace`, messages: [{ partition: 1, key: 'progress', value: progress }] }); // prettier-ignore
}

describe('a topic that the parts of a job share', () => {
  it('is made by one of them when all start at once', async () => {
    await using place = await testTopic(brokers(), 1);
    const topic = `${place.name}.millrace-made`;
    const parts = await Promise.all(Array.from({ length: 8 }, (_, i) => open(topic, { domain: `p${i}` })));
    const shows = await Promise.all(parts.map((part, i) => staged(part, 0, `row${i}`)));
    await Promise.all(shows.map((show) => show()));
    expect(await ids(topic)).toEqual(parts.map((_, i) => `row${i}`));
    await Promise.all(parts.map((part) => part.close()));
  });

  it('takes nothing of a sleeper that wakes amid the transaction of a part which another has now', async () => {
    await using topic = await testTopic(brokers(), 2);
    const { client, asleep, wake } = sleeper(`millrace/${topic.name}/p0`);
    const one = await open(topic.name, { domain: 'p0' }, { client });
    one.write(batchOf(rowsNamed('a', 'b')));
    one.seal(0);
    const stage = await one.stage(0);
    const late = one.publish({ checkpoint: 0, staged: stage, final: false });
    await asleep;

    const other = await open(topic.name, { domain: 'p1' });
    await (
      await staged(other, 0, 'c')
    )();
    const again = await open(topic.name, { domain: 'p0', restored: 0 });
    expect(await again.published()).toBe(-1);
    await again.publish({ checkpoint: 0, staged: stage, final: false });
    await (
      await staged(again, 1, 'd')
    )();
    expect(await ids(topic.name)).toEqual(['a', 'b', 'c', 'd']);

    wake();
    await late;
    await (
      await staged(again, 2, 'e')
    )();
    expect(await ids(topic.name)).toEqual(['a', 'b', 'c', 'd', 'e']);
    await Promise.all([one, other, again].map((writer) => writer.close()));
  });

  it('belongs to the history of a part that died before its first row, and to none that died before that', async () => {
    await using topic = await testTopic(brokers(), 2);
    const { client, asleep, wake } = sleeper(`millrace/${topic.name}`);
    const dead = await open(topic.name, { domain: 'p0' }, { client });
    const late = (await staged(dead, 0, 'never'))();
    await asleep;
    // Nothing is claimed yet: another history takes the topic, and the sleeper finds it so.
    const other = await open(topic.name, { ...foreign, domain: 'p1' });
    await (
      await staged(other, 0, 'a')
    )();
    wake();
    await expect(late).rejects.toMatchObject({ code: 'MILLRACE_LINEAGE_FOREIGN' });
    await Promise.all([dead.close(), other.close()]);

    await using second = await testTopic(brokers(), 2);
    const amid = sleeper(`millrace/${second.name}/p0`);
    const claimed = await open(second.name, { domain: 'p0' }, { client: amid.client });
    const shown = (await staged(claimed, 0, 'a'))();
    await amid.asleep;
    await expect(open(second.name, foreign)).rejects.toMatchObject({ code: 'MILLRACE_LINEAGE_FOREIGN' });
    const part = await open(second.name, { domain: 'p1' });
    await (
      await staged(part, 0, 'b')
    )();
    amid.wake();
    await shown;
    expect(await ids(second.name)).toEqual(['a', 'b']);
    await Promise.all([claimed.close(), part.close()]);
  });

  it('does not wait for a process that died while it claimed', async () => {
    await using topic = await testTopic(brokers(), 2);
    await (await open(topic.name, {})).close();
    await leftOpen(topic, `millrace/${topic.name}`);
    const part = await open(topic.name, { domain: 'p0' });
    await (
      await staged(part, 0, 'a')
    )();
    expect(await ids(topic.name)).toEqual(['a']);
    await part.close();
  }, 30_000);

  it('goes on with what was written beside it before it could be shared', async () => {
    await using topic = await testTopic(brokers(), 2);
    await (await open(topic.name, {})).close();
    const beside = topic.client.producer();
    await beside.connect();
    const progress = '{"lineage":"L1","job":"contract","published":4}';
    await beside.send({ topic: `${topic.name}.millrace`, messages: [{ partition: 1, key: 'progress', value: progress }] }); // prettier-ignore
    await beside.disconnect();

    await expect(open(topic.name, { restored: 3 })).rejects.toMatchObject({ code: 'MILLRACE_SINK_AHEAD' });
    await expect(open(topic.name, { ...foreign, domain: 'p0' })).rejects.toMatchObject({ code: 'MILLRACE_LINEAGE_FOREIGN' }); // prettier-ignore
    const part = await open(topic.name, { domain: 'p0' });
    await (
      await staged(part, 0, 'a')
    )();
    const whole = await open(topic.name, { restored: 4 });
    expect([await part.published(), await whole.published()]).toEqual([0, 4]);
    await (
      await staged(whole, 5, 'b')
    )();
    expect(await ids(topic.name)).toEqual(['a', 'b']);
    await Promise.all([part.close(), whole.close()]);
  });

  it.each(['before', 'behind'] as const)(
    'shows rows once though a broker fails %s a commit: two were the newest in the same moment',
    async (when) => {
      await using topic = await testTopic(brokers(), 2);
      const { client, failed } = failingOnce(when);
      const part = await open(topic.name, { domain: 'p0' }, { client });
      await (
        await staged(part, 0, 'a')
      )();
      await (
        await staged(part, 1, 'b')
      )();
      expect(await ids(topic.name)).toEqual(['a', 'b']);
      // The claim, and the first rows.
      expect(failed()).toBe(2);
      await part.close();
    },
  );

  it('shows rows once that the old and the new owner of a part show in the same moment', async () => {
    await using topic = await testTopic(brokers(), 2);
    const domains = ['p0', 'p1', 'p2', 'p3'];
    const checkpoints = runsOf(12);
    await Promise.all(
      domains.map(async (domain) => {
        const [one, two] = await Promise.all([open(topic.name, { domain }), open(topic.name, { domain })]);
        for (let checkpoint = 0; checkpoint < checkpoints; checkpoint++) {
          two.write(batchOf(rowsNamed(`${domain}-${checkpoint}`)));
          two.seal(checkpoint);
          const stage = await two.stage(checkpoint);
          await Promise.all([one, two].map((each) => each.publish({ checkpoint, staged: stage, final: false })));
        }
        await Promise.all([one.close(), two.close()]);
      }),
    );
    const expected = domains.flatMap((domain) => Array.from({ length: checkpoints }, (_, n) => `${domain}-${n}`));
    expect(await ids(topic.name)).toEqual(expected.sort());
  });

  it("needs no owner where rows are written as they come (delivery: 'at-least-once')", async () => {
    await using topic = await testTopic(brokers(), 2);
    const sink = kafka({ brokers: [brokers()] }).topic(topic.name, { keyedBy: 'id', delivery: 'at-least-once' });
    expect(sink.shared).toBe(true);
    const parts = await Promise.all(['p0', 'p1'].map((domain) => sink.open(contextOf({ domain }))));
    await Promise.all(parts.map(async (part, i) => (await staged(part, 0, `row${i}`))()));
    expect(await ids(topic.name)).toEqual(['row0', 'row1']);
    await Promise.all(parts.map((part) => part.close()));
  });
});
