import { kafka } from '@millrace/connectors/kafka';
import { brokers, pinsTopic } from '../../pinterest/pins-topic.js';
import { RawPin } from '../../pinterest/windows-graph.js';
import { windowsEngine } from './windows-job.js';

export const engine = windowsEngine({ client: 'kafkajs 2.2.4, record sets read by Millrace' }, (records) =>
  kafka({ brokers: brokers() }).topic(pinsTopic(records), RawPin, { end: 'now' }),
);
