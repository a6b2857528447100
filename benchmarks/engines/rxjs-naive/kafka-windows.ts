import { Kafka, logLevel } from 'kafkajs';
import { lastValueFrom, Subject } from 'rxjs';
import type { Engine } from '../../harness/suite.js';
import type { PinRow } from '../../pinterest/pin-rows.js';
import { brokers, pinsTopic } from '../../pinterest/pins-topic.js';
import { windowsText } from '../../pinterest/windows-text.js';
import { windows } from './windows.js';

const graceMs = 2 * 3_600_000;

export const engine: Engine = {
  settings: {
    client: 'kafkajs 2.2.4, eachBatch, defaults',
    guarantees: 'none; ids are never forgotten',
    grace: '2 h: with less it drops what its partitions are read unevenly',
  },
  load: async (records) => ({
    async run(started) {
      const kafka = new Kafka({ brokers: brokers(), logLevel: logLevel.ERROR });
      const topic = pinsTopic(records);
      const ends = await endsOf(kafka, topic);
      const consumer = kafka.consumer({ groupId: `bench-${process.pid}-${Date.now()}` });
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      const pins = new Subject<PinRow>();
      const answer = lastValueFrom(windows(pins, graceMs));
      await consumer.run({
        autoCommit: false,
        async eachBatch({ batch }) {
          started();
          for (const { value } of batch.messages) pins.next(JSON.parse(value!.toString()) as PinRow);
          if (Number(batch.lastOffset()) + 1 >= ends.get(batch.partition)!) ends.delete(batch.partition);
          if (ends.size === 0) pins.complete();
        },
      });
      const text = windowsText(await answer);
      await consumer.disconnect();
      return text;
    },
  }),
};

async function endsOf(kafka: Kafka, topic: string): Promise<Map<number, number>> {
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
}
