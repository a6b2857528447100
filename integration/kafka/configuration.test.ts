import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineJob, int32, memoryStore, run, schema, utf8, type Sink, type Source } from '@millrace/core';
import { kafka, type KafkaOptions } from '@millrace/connectors/kafka';
import { memory } from '@millrace/connectors/memory';
import { freePort } from '../services/ports.js';
import { securedBroker, user, type SecuredBroker } from './secured-broker.js';
import { testTopic, type TestTopic } from './topics.js';

const Event = schema({ id: utf8, n: int32 });
const Other = schema({ id: utf8 });

let broker: SecuredBroker;
let topic: TestTopic;
beforeAll(async () => {
  broker = await securedBroker();
  topic = await testTopic(broker.plain, 2);
  await topic.append(0, [{ key: 'a', value: '{"id":"a","n":1}' }]);
});
afterAll(async () => {
  await topic[Symbol.asyncDispose]();
  await broker.service.remove();
});

function jobOf(live: Source<typeof Event.fields>, sink: Sink<typeof Event.fields, 'append'>) {
  return defineJob({
    name: `configuration-${randomUUID()}`,
    sources: { live },
    graph: (events) => ({ events }),
    sinks: { events: sink },
    checkpoints: memoryStore(),
  });
}

const sourceOf = (options: KafkaOptions, name = topic.name, partitions?: number) =>
  kafka(options).topic(name, Event, { end: 'now', ...(partitions === undefined ? {} : { partitions }) });

/** Runs a job that must fail before its first record; gives what it says. */
async function refusal(
  live: Source<typeof Event.fields>,
  sink: Sink<typeof Event.fields, 'append'> = memory().list('events'),
) {
  const failed = await run(jobOf(live, sink), { mode: 'live', report: false }).then(
    () => undefined,
    (error: unknown) => error as { code: string; sentence: string; fix: string },
  );
  if (failed === undefined) throw new Error('the job ran');
  const { code, sentence, fix } = failed;
  return { code, sentence, fix };
}

const sasl = { mechanism: 'plain', ...user } as const;
const quick = { retry: { retries: 0 } };

describe('a login', () => {
  it('is given by name and password, and over TLS with the certificate of the broker', async () => {
    for (const options of [
      { brokers: [broker.sasl], sasl },
      { brokers: [broker.tls], sasl, ssl: { ca: [broker.certificate] } },
      { client: new Kafka({ brokers: [broker.sasl], sasl: { ...sasl }, logLevel: logLevel.NOTHING }) },
    ]) {
      const list = memory().list('events');
      await run(jobOf(sourceOf(options), list), { mode: 'live', report: false });
      expect(await list.rows()).toEqual([{ id: 'a', n: 1 }]);
    }
  });
});

describe('what cannot work fails before the first record, in one sentence', () => {
  it('a port on which nobody listens', async () => {
    const port = await freePort();
    expect(await refusal(sourceOf({ brokers: [`127.0.0.1:${port}`], ...quick }))).toEqual({
      code: 'MILLRACE_SERVER_FAILED',
      sentence: `kafka at 127.0.0.1:${port}: the server cannot be reached.`,
      fix: 'Check brokers: host and port, and that the server runs.',
    });
  });

  it('a wrong password, which is not printed', async () => {
    const wrong = { ...sasl, password: 'looking-glass' };
    const said = await refusal(sourceOf({ brokers: [broker.sasl], sasl: wrong, ...quick }));
    expect(said).toEqual({
      code: 'MILLRACE_SERVER_FAILED',
      sentence: `kafka at ${broker.sasl}: the server refused the login.`,
      fix: 'Check user name, password and mechanism in sasl.',
    });
  });

  it('no login where one is asked for, and no trust in the certificate', async () => {
    const none = await refusal(sourceOf({ brokers: [broker.sasl], ...quick }));
    expect(none.code).toBe('MILLRACE_SERVER_FAILED');
    expect(none.fix).toContain('sasl');
    const untrusted = await refusal(sourceOf({ brokers: [broker.tls], sasl, ssl: true, ...quick }));
    expect(untrusted.code).toBe('MILLRACE_SERVER_FAILED');
    expect(untrusted.fix).toContain('ssl: { ca: [...] }');
  });

  it('a topic that is not there, as a source and as a sink', async () => {
    const options = { brokers: [broker.plain] };
    const missing = await refusal(sourceOf(options, 'nowhere'));
    expect(missing.code).toBe('MILLRACE_SOURCE_UNREADABLE');
    expect(missing.sentence).toBe(
      `kafka topic "nowhere" cannot be read: kafka at ${broker.plain} has no topic of that name.`,
    );
    const sink = await refusal(sourceOf(options), kafka(options).topic('nowhere'));
    expect(sink.code).toBe('MILLRACE_SINK_UNFIT');
    expect(sink.sentence).toContain('has no topic of that name');
  });

  it('another number of partitions than was said, as a source and as a sink', async () => {
    const options = { brokers: [broker.plain] };
    const source = await refusal(sourceOf(options, topic.name, 3));
    expect(source.sentence).toBe(
      `kafka topic "${topic.name}" cannot be read: it has 2 partitions, and partitions: 3 is expected.`,
    );
    const sink = await refusal(sourceOf(options), kafka(options).topic(topic.name, { partitions: 3 }));
    expect(sink.sentence).toContain('it has 2 partitions, and partitions: 3 is expected');
  });

  it('a key that is no field, as a source at the call and as a sink', async () => {
    const options = { brokers: [broker.plain] };
    // @ts-expect-error no such field
    expect(() => kafka(options).topic(topic.name, Other, { keyedBy: 'n' })).toThrow(/is keyed by "n"/);
    // @ts-expect-error no such field
    const job = () => jobOf(sourceOf(options), kafka(options).topic(topic.name, { keyedBy: 'm' }));
    await expect(run(job(), { mode: 'live', report: false })).rejects.toMatchObject({ code: 'MILLRACE_FIELD_MISSING' });
  });

  it('two outputs to one topic, unless rows are written as they come', () => {
    const options = { brokers: [broker.plain] };
    const jobTo = (delivery: 'exactly-once' | 'at-least-once') => {
      const to = () => kafka(options).topic(topic.name, { delivery });
      const sources = { live: sourceOf(options) };
      return defineJob({
        name: 'two',
        sources,
        graph: (events) => ({ a: events, b: events }),
        sinks: { a: to(), b: to() },
      });
    };
    expect(() => jobTo('exactly-once')).toThrow(topic.name);
    expect(() => jobTo('at-least-once')).not.toThrow();
  });

  it('records that have another key than was said', async () => {
    await using other = await testTopic(broker.plain, 1);
    await other.append(0, [{ key: 'b', value: '{"id":"a","n":1}' }]);
    const source = kafka({ brokers: [broker.plain] }).topic(other.name, Event, { keyedBy: 'id', end: 'now' });
    expect((await refusal(source)).code).toBe('MILLRACE_SOURCE_KEY');
  });
});
