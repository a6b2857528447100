import { describe, it } from 'vitest';
import { schema, utf8 } from '@millrace/core';
import { kafka } from '@millrace/connectors/kafka';
import { sourceContract, type SourceSubject } from '@millrace/connectors/testing';
import { sharedServices } from '../services/services.js';
import { testTopic } from './topics.js';

const Event = schema({ id: utf8 });
const noEnd = 'a topic of Kafka has no end; a run up to now is tested below';

sourceContract(
  { describe, it },
  {
    name: 'a topic of Kafka',
    make: subject,
    knownGaps: {
      'a partition that was emptied starts at its end, and ends like any other': noEnd,
      'an ended source gives what it has, then its end': noEnd,
      'arrival resolves for records, for the end, and when it is given up': noEnd,
    },
  },
);

async function subject(): Promise<SourceSubject> {
  const topic = await testTopic(sharedServices().kafka);
  const handle = () => kafka({ brokers: [sharedServices().kafka] }).topic(topic.name, Event);
  return {
    source: handle(),
    again: async () => handle(),
    append: (partition, records) =>
      topic.append(
        partition,
        records.map(({ brokerTime, ...record }) =>
          brokerTime === undefined ? record : { ...record, time: brokerTime },
        ),
      ),
    skipTo: topic.skipTo,
    deleteBefore: topic.deleteBefore,
    addPartitions: async (count) => {
      const before = 3;
      await topic.admin.createPartitions({ topicPartitions: [{ topic: topic.name, count: before + count }] });
    },
    dispose: async () => topic[Symbol.asyncDispose](),
  };
}
