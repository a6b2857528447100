import { randomUUID } from 'node:crypto';
import { describe, it } from 'vitest';
import { int32, schema, utf8 } from '@millrace/core';
import { kafka } from '@millrace/connectors/kafka';
import { sharedContract, sinkContract, type SinkSubject } from '@millrace/connectors/testing';
import { sharedServices } from '../services/services.js';
import { committedRows } from './committed-rows.js';
import { testTopic } from './topics.js';

const Row = schema({ id: utf8, n: int32 });

for (const compression of ['none', 'zstd'] as const) {
  sinkContract(
    { describe, it },
    { name: `a topic of Kafka, compression ${compression}`, make: () => subject(compression) },
  );
}

sharedContract(
  { describe, it },
  {
    name: 'a topic of Kafka',
    make: () => subject('none'),
    knownGaps: {
      'the parts are refused once another has replaced them': 'a topic only grows, so nothing in it can be replaced',
    },
  },
);

async function subject(compression: 'none' | 'zstd'): Promise<SinkSubject> {
  const brokers = sharedServices().kafka;
  const topic = await testTopic(brokers, 2);
  const handle = () =>
    kafka({ brokers: [brokers], clientId: randomUUID() }).topic(topic.name, { keyedBy: 'id', compression });
  return {
    sink: handle(),
    again: async () => handle(),
    visible: async () => (await committedRows(brokers, topic.name, Row)).map(({ id }) => id),
    dispose: async () => topic[Symbol.asyncDispose](),
  };
}
