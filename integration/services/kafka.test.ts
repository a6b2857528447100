import { Kafka, logLevel } from 'kafkajs';
import { describeService } from './lifecycle.js';

const clientOf = (url: string): Kafka => new Kafka({ brokers: [url], logLevel: logLevel.NOTHING });

describeService('kafka', {
  put: async (url, topic, text) => {
    const admin = clientOf(url).admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1 }] });
    await admin.disconnect();
    const producer = clientOf(url).producer();
    await producer.connect();
    await producer.send({ topic, acks: -1, messages: [{ value: text }] });
    await producer.disconnect();
  },
  get: async (url, topic) => {
    const consumer = clientOf(url).consumer({ groupId: `reads-${topic}`, retry: { retries: 3 } });
    await consumer.connect();
    try {
      await consumer.subscribe({ topic, fromBeginning: true });
      return await new Promise<string>((resolve, reject) => {
        // A coordinator that is still loading is a crash to kafkajs, from which it restarts.
        consumer.on('consumer.crash', ({ payload }) => {
          if (!payload.restart) reject(payload.error);
        });
        consumer
          .run({ autoCommit: false, eachMessage: async ({ message }) => resolve(message.value!.toString()) })
          .catch(reject);
      });
    } finally {
      await consumer.disconnect();
    }
  },
});
