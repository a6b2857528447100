import type { Suite } from '../harness/suite.js';
import { knownAnswer } from '../pinterest/known-answer.js';
import { pinsInput } from '../pinterest/pins-input.js';
import { preparePinsTopic } from '../pinterest/pins-topic.js';

export const suite: Suite = {
  title: 'Pins, Kafka → windows: from a topic of 3 partitions to windows',
  question: 'As engine only, from JSON in a topic that is read from its start to its end: reading, decoding, cleaning, event time, dedup and windows.', // prettier-ignore
  records: 2_000_000,
  server: 'kafka',
  async prepare(records) {
    const input = pinsInput(records);
    await preparePinsTopic(records);
    return input;
  },
  answer: knownAnswer,
  targets: [{ competitor: 'rxjs-naive', measure: 'wallMs', atLeast: 4 }],
};
