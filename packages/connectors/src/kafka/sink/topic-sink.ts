import type { Kafka as KafkaJs } from 'kafkajs';
import { millraceError, type ColumnType, type Schema, type Sink } from '@millrace/core';
import type { SinkContext, SinkWriter } from '@millrace/core/connector';
import { createTopic } from '../admin/create-topic.js';
import { connect, patiently, type KafkaClient } from '../client/client.js';
import type { Connection } from '../client/connection.js';
import { serverFailure } from '../client/failures.js';
import { clientOf } from '../client/load-kafkajs.js';
import type { TopicSinkOptions } from '../options.js';
import { committer } from './committer.js';
import { directWriter } from './direct-writer.js';
import { batchLimit, chunkSizeFor, withinLimit } from './limits.js';
import { jsonMessages, type MessagesOf } from './message.js';
import { partCommitter } from './part-committer.js';
import { plainProducer, sending } from './producer.js';
import { besideOf, sideTopicOptions } from './side-topic.js';
import { stagedWriter } from './staged-writer.js';

/** Makes records of rows, for a topic of so many partitions as there are when they are written. */
export type MessagesFor = (schema: Schema, partitions: () => number) => MessagesOf;

/** The topic of that name as a sink: each row becomes a record, as JSON. */
export function topicSink<K extends string>(
  connection: Connection,
  name: string,
  options: TopicSinkOptions<K>,
): Sink<{ readonly [P in K]: ColumnType }, 'append'> {
  const { keyedBy } = options;
  return recordSink(connection, name, options, ({ fields }, partitions) => jsonMessages(fields, keyedBy, partitions));
}

/** A topic as a sink, whatever its records are made of. */
export function recordSink<F>(
  connection: Connection,
  name: string,
  options: TopicSinkOptions,
  messagesFor: MessagesFor,
): Sink<F, 'append'> {
  const label = `kafka topic "${name}"`;
  return {
    name,
    label,
    // Written at least once, any number of writers share it.
    ...(options.delivery === 'at-least-once' ? {} : { place: ['kafka', connection.identity, name] }),
    modes: ['append'],
    key: undefined,
    shared: true,
    async open(context) {
      checkFit(label, context, options.keyedBy);
      const client = await connect(connection.server, connection.options);
      try {
        const kafkaJs = await clientOf(connection.options);
        return await openWriter({ connection, client, kafkaJs, name, label, context }, options, messagesFor);
      } catch (error) {
        await client.close();
        throw serverFailure(connection.server, error);
      }
    },
  };
}

/** A sink that is being opened. */
interface Opening {
  readonly connection: Connection;
  readonly client: KafkaClient;
  readonly kafkaJs: KafkaJs;
  readonly name: string;
  readonly label: string;
  readonly context: SinkContext;
}

async function openWriter(opening: Opening, options: TopicSinkOptions, messagesFor: MessagesFor): Promise<SinkWriter> {
  const { connection, client, kafkaJs, name: topic, label, context } = opening;
  const { compression = 'none', delivery = 'exactly-once' } = options;
  const { server, patienceMs } = connection;
  let partitions = await targetPartitions(opening, options);
  const messagesOfAll = messagesFor(context.schema, () => partitions);
  const send = await sending(compression);
  const limit = await batchLimit(kafkaJs, topic);
  const messagesOf = withinLimit(label, context.output, limit, messagesOfAll);
  const { restored, domain } = context;
  const { sideTopic } = besideOf(topic, domain);
  if (delivery === 'exactly-once') {
    // Whose the topic is stands in the one for the whole.
    const needed = new Set([besideOf(topic).sideTopic, sideTopic]);
    for (const each of needed) await createTopic(connection, each, sideTopicOptions);
  }
  const producer = plainProducer(kafkaJs);
  const closing = new AbortController();
  const { signal } = closing;
  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.all([producer.disconnect(), client.close()]);
  };
  // Asked with every checkpoint, which is one small request more.
  const lookAgain = async (grown?: () => void): Promise<void> => {
    const now = await patiently(server, patienceMs, signal, async () => (await client.topic(topic))?.leaders.length);
    if (now === undefined || now <= partitions) return;
    checkCount(opening, options, now);
    grown?.();
    partitions = now;
  };
  const common = { server, producer, send, chunkSize: chunkSizeFor(limit), patienceMs, signal, lookAgain };
  try {
    await producer.connect();
    if (delivery === 'at-least-once') return directWriter({ ...common, topic, messagesOf, restored, close });
    const committing = { client, kafkaJs, send, label, topic, context, patienceMs, signal };
    const commits =
      domain === undefined ? committer({ ...committing, ...besideOf(topic) }) : partCommitter(committing, domain);
    const writer = stagedWriter({ ...common, sideTopic }, messagesOf, commits, close);
    const published = await writer.published();
    if (published <= restored) return writer;
    await commits.close();
    throw millraceError('MILLRACE_SINK_AHEAD', { sink: label, published, restored });
  } catch (error) {
    await close();
    throw error;
  }
}

/** How many partitions the topic has; it is made where it is not there and the options say how. */
async function targetPartitions(opening: Opening, options: TopicSinkOptions): Promise<number> {
  const { connection, client, name } = opening;
  const { partitions } = options;
  if (partitions !== undefined) await createTopic(connection, name, { partitions });
  const count = (await client.topic(name))?.leaders.length ?? 0;
  checkCount(opening, options, count);
  return count;
}

function checkCount({ connection, label, context }: Opening, { partitions }: TopicSinkOptions, count: number): void {
  const { server } = connection;
  if (count > 0 && (partitions ?? count) === count) return;
  throw millraceError('MILLRACE_SINK_UNFIT', {
    sink: label,
    output: context.output,
    problem:
      count === 0
        ? `${server} has no topic of that name`
        : `it has ${count} partition${count === 1 ? '' : 's'}, and partitions: ${partitions} is expected`,
    fix:
      count === 0
        ? 'Check the name, or say how it is to be made: partitions: 3.'
        : `Write partitions: ${count}, or leave it out; keys would go to other partitions than before.`,
  });
}

function checkFit(label: string, { schema, output, publish }: SinkContext, keyedBy: string | undefined): void {
  const fields = Object.keys(schema.fields);
  if (keyedBy !== undefined && !fields.includes(keyedBy)) {
    throw millraceError('MILLRACE_FIELD_MISSING', { operator: label, uses: 'is keyed by', field: keyedBy, fields });
  }
  if (publish === 'append') return;
  throw millraceError('MILLRACE_SINK_UNFIT', {
    sink: label,
    output,
    problem: 'a topic only grows, so nothing in it can be replaced',
    fix: 'Name another topic for this run.',
  });
}
