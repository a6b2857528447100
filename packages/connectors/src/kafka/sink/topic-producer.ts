import type { Kafka as KafkaJs, Producer } from 'kafkajs';
import { millraceError, type Fields, type Schema } from '@millrace/core';
import { keyReader, need, requireArguments, valueBytes, type NewValue } from '@millrace/core/connector';
import { connect, patiently } from '../client/client.js';
import type { Connection } from '../client/connection.js';
import { serverFailure } from '../client/failures.js';
import { clientOf } from '../client/load-kafkajs.js';
import type { NewRecord } from '../options.js';
import { inChunks, recordRoom, type RecordRoom } from './limits.js';
import { kafkaJsMessage, placing, type Message, type MessageHeader } from './message.js';
import { idempotentProducer, sending, type SendMessages } from './producer.js';

/** What fills a topic from a program, beside any job. */
export interface TopicProducer<F extends Fields> {
  /** Appends values in their order; the key of a row, and of JSON, is its `keyedBy` field. */
  send(values: readonly NewValue<F>[]): Promise<void>;
  /**
   * Appends records with keys, headers or partitions of their own. When it resolves, all replicas in sync have them. While
   * the brokers are away it tries again, for `patienceMs`; when it rejects, some may have been written.
   */
  append(records: readonly NewRecord<F>[]): Promise<void>;
  /** Waits for what is under way, and ends the connection that `send` and `append` have opened. */
  close(): Promise<void>;
}

interface Opened {
  readonly producer: Producer;
  readonly send: SendMessages;
  readonly room: RecordRoom;
  readonly partitions: number;
  /** When these were counted. */
  countedAt: number;
  readonly place: (key: Uint8Array | null) => number;
}

/** A topic that has grown is noticed after so long at the latest, while something is sent. */
const countEveryMs = 10_000;

/** Nothing is connected before something is sent. */
export function topicProducer<F extends Fields>(
  connection: Connection,
  label: string,
  topic: string,
  schema: Schema<F>,
  keyedBy: string | undefined,
): TopicProducer<F> {
  const { server, patienceMs } = connection;
  const keyOfRecord = keyReader(schema, keyedBy);
  const { signal } = new AbortController();
  let opening: Promise<Opened> | undefined;
  // One write at a time: the producer numbers them, by which the broker knows one that comes again.
  let last: Promise<unknown> = Promise.resolve();

  const messageOf = ({ place }: Opened, record: NewRecord<F>): Message => {
    const key = keyOfRecord(record);
    const headers = (record.headers ?? []).flatMap(([name, value]): MessageHeader[] =>
      value === null ? [] : [[name, value]],
    );
    return { key, value: valueBytes(schema, record.value), headers, partition: record.partition ?? place(key) };
  };

  async function drop(): Promise<void> {
    const dropped = await opening?.catch(() => undefined);
    opening = undefined;
    await dropped?.producer.disconnect().catch(() => undefined);
  }

  async function openFor(records: readonly NewRecord<F>[]): Promise<Opened> {
    const known = await (opening ??= open(connection, label, topic));
    if (await isUpToDate(connection, topic, known, records)) return known;
    await drop();
    return await (opening = open(connection, label, topic));
  }

  async function write(records: readonly NewRecord<F>[]): Promise<void> {
    try {
      const opened = await openFor(records);
      requirePartitions(label, records, opened.partitions);
      const messages = records.map((record) => messageOf(opened, record));
      opened.room.check(messages);
      for (const chunk of inChunks(messages, opened.room.chunkSize)) {
        await patiently(server, patienceMs, signal, () =>
          opened.send(opened.producer, topic, chunk.map(kafkaJsMessage)),
        );
      }
    } catch (error) {
      // Its numbers may not be those of the broker any more.
      await drop();
      throw serverFailure(server, error);
    }
  }

  const append = async (records: readonly NewRecord<F>[]): Promise<void> => {
    if (records.length === 0) return;
    const written = last.then(() => write(records));
    last = written.catch(() => undefined);
    await written;
  };
  return {
    async send(values) {
      requireArguments(`${label}: send`, "send([{ id: 'a' }])", [['values', values, need.list]]);
      await append(values.map((value) => ({ value })));
    },
    async append(records) {
      requireArguments(`${label}: append`, "append([{ value: { id: 'a' } }])", [['records', records, need.objects]]);
      await append(records);
    },
    async close() {
      await last;
      await drop();
    },
  };
}

// The topic may have grown since: keys go where a producer would put them that starts now.
async function isUpToDate(
  connection: Connection,
  topic: string,
  known: Opened,
  records: readonly NewRecord[],
): Promise<boolean> {
  const { server, patienceMs } = connection;
  const isBeyond = records.some(({ partition = 0 }) => partition >= known.partitions);
  if (isBeyond || performance.now() - known.countedAt < countEveryMs) return !isBeyond;
  const { signal } = new AbortController();
  const count = await patiently(server, patienceMs, signal, () => partitionsOf(connection, topic));
  known.countedAt = performance.now();
  return count === known.partitions;
}

async function open(connection: Connection, label: string, topic: string): Promise<Opened> {
  const { server, options, patienceMs } = connection;
  const { signal } = new AbortController();
  const countedAt = performance.now();
  const partitions = await patiently(server, patienceMs, signal, () => partitionsOf(connection, topic));
  if (partitions === 0) {
    const fix = `Check the name, or make it: createTopic('${topic}', { partitions: 3 }).`;
    throw millraceError('MILLRACE_SERVER_FAILED', { server, problem: `has no topic "${topic}"`, fix });
  }
  const kafkaJs: KafkaJs = await clientOf(options);
  const producer = idempotentProducer(kafkaJs);
  try {
    await producer.connect();
    const room = await recordRoom(kafkaJs, label, topic);
    return { producer, send: await sending('none'), room, partitions, countedAt, place: placing(() => partitions) };
  } catch (error) {
    await producer.disconnect().catch(() => undefined);
    throw error;
  }
}

function requirePartitions(subject: string, records: readonly NewRecord[], partitions: number): void {
  const isThere = (partition: number): boolean =>
    Number.isSafeInteger(partition) && partition >= 0 && partition < partitions;
  const wrong = records.find(({ partition = 0 }) => !isThere(partition))?.partition;
  if (wrong === undefined) return;
  const problem = `is ${wrong}, and the topic has ${partitions}, counted from 0`;
  throw millraceError('MILLRACE_OPTION_INVALID', { subject, option: 'partition', problem, fix: 'Leave it out, or give the number of one of them.' }); // prettier-ignore
}

async function partitionsOf({ server, options }: Connection, topic: string): Promise<number> {
  const client = await connect(server, options);
  try {
    return (await client.topic(topic))?.leaders.length ?? 0;
  } finally {
    await client.close();
  }
}
