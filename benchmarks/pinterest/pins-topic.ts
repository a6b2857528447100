import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { bytesText } from '@millrace/core/operate';
import { pinRecords } from './pin-records.js';

const partitions = 3;
// Together less than the megabyte that a broker takes of a partition at once.
const rowsPerRequest = 1024;
const uniqueId = /"unique_id":"([^"]*)"/;

/** The brokers that the environment names. */
export function brokers(): string[] {
  const named = process.env['KAFKA_BROKERS'];
  if (named === undefined) throw new Error('KAFKA_BROKERS is not set: run this by npm run bench.');
  return named.split(',');
}

/** The topic that holds that many pins. */
export function pinsTopic(records: number): string {
  return `bench-pins-${records}`;
}

/** Fills the topic with the pins, by their ids over 3 partitions and without compression, where it is not filled yet. */
export async function preparePinsTopic(records: number): Promise<void> {
  const kafka = new Kafka({ brokers: brokers(), logLevel: logLevel.ERROR });
  const topic = pinsTopic(records);
  const admin = kafka.admin();
  try {
    await admin.connect();
    const made = await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true });
    if (made) await fill(kafka, topic, records);
    const ends = await admin.fetchTopicOffsets(topic);
    const held = ends.reduce((sum, { high }) => sum + Number(high), 0);
    if (held !== records) throw new Error(`Topic ${topic} holds ${held} records, not ${records}: delete it.`);
  } finally {
    await admin.disconnect();
  }
}

async function fill(kafka: Kafka, topic: string, records: number): Promise<void> {
  const producer = kafka.producer();
  try {
    await producer.connect();
    for (const { length, slices } of pinRecords(records)) {
      const { bytes, starts, ends } = slices;
      for (let from = 0; from < length; from += rowsPerRequest) {
        const messages = Array.from({ length: Math.min(rowsPerRequest, length - from) }, (_, i) => {
          const value = bytesText(bytes, starts[from + i]!, ends[from + i]!);
          return { key: uniqueId.exec(value)![1]!, value };
        });
        await producer.send({ topic, messages, compression: CompressionTypes.None });
      }
    }
  } finally {
    await producer.disconnect();
  }
}
