import type { Message as KafkaJsMessage, PartitionerArgs, Producer, RecordMetadata, Kafka as KafkaJs } from 'kafkajs';
import { ProtocolError, kafkaCodes } from '../client/failures.js';
import { loadKafkaJs } from '../client/load-kafkajs.js';
import type { Compression } from '../options.js';
import { codecOf } from '../records/codecs.js';

/** What a producer and a transaction of kafkajs have in common. */
type Sender = Pick<Producer, 'send'>;

/** Writes records of one topic, acknowledged by all replicas in sync. */
export type SendMessages = (sender: Sender, topic: string, messages: KafkaJsMessage[]) => Promise<RecordMetadata[]>;

/** A producer that writes each record where it says. */
export function plainProducer(client: KafkaJs): Producer {
  return client.producer({ allowAutoTopicCreation: false, createPartitioner: asTold, retry: { retries: 3 } });
}

/** The same; and what it sends again, since the answer was lost, the broker does not write again. */
export function idempotentProducer(client: KafkaJs): Producer {
  return client.producer({
    allowAutoTopicCreation: false,
    createPartitioner: asTold,
    idempotent: true,
    maxInFlightRequests: 1,
    retry: { retries: 3 },
  });
}

/** A producer of which only the newest of one name can commit. */
export function transactionalProducer(client: KafkaJs, transactionalId: string): Producer {
  return client.producer({
    allowAutoTopicCreation: false,
    createPartitioner: asTold,
    maxInFlightRequests: 1,
    transactionalId,
    transactionTimeout: 60_000,
    retry: { retries: 5 },
  });
}

// Every message names its partition.
const asTold = () => (asked: PartitionerArgs) => asked.message.partition!;

/** What sends with a codec. */
export async function sending(compression: Compression): Promise<SendMessages> {
  const { CompressionTypes: types, CompressionCodecs: table } = await loadKafkaJs();
  const { None, GZIP, Snappy, LZ4, ZSTD } = types;
  const type = { none: None, gzip: GZIP, snappy: Snappy, lz4: LZ4, zstd: ZSTD }[compression];
  if (compression !== 'none') await register(table, type, compression);
  return async (sender, topic, messages) => {
    const written = await sender.send({ topic, messages, acks: -1, compression: type });
    requireWritten(topic, messages, written);
    return written;
  };
}

// What is for a partition that it does not know, as of a topic that was made anew with fewer, kafkajs drops without a word.
function requireWritten(topic: string, messages: readonly KafkaJsMessage[], written: readonly RecordMetadata[]): void {
  const acknowledged = new Set(written.map(({ partition }) => partition));
  const dropped = messages.find(({ partition }) => !acknowledged.has(partition!));
  if (dropped === undefined) return;
  throw new ProtocolError(`has no partition ${dropped.partition} of topic "${topic}"`, kafkaCodes.unknownTopic);
}

// kafkajs keeps its codecs in one table for all. Where the program has put one of its own into it, that one is used.
async function register(table: Record<number, () => unknown>, type: number, compression: Compression): Promise<void> {
  const codec = await codecOf(compression);
  try {
    table[type]!();
  } catch {
    table[type] = () => ({
      compress: ({ buffer }: { readonly buffer: Buffer }) => codec.compress(buffer),
      decompress: (bytes: Buffer) => codec.decompress(bytes),
    });
  }
}
