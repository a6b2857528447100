import { createHash } from 'node:crypto';
import type { Suite } from '../harness/suite.js';
import { pinsPerHour } from '../hours/hour-pins.js';
import { hoursAnswer } from '../hours/hours-answer.js';

const hours = 3;

export const suite: Suite = {
  title: 'Memory: a stream of 3 hours, and one of 30',
  question: 'The windows of the other suites, whose dedup remembers an hour, over a stream that is made as it is read. Once event time has passed that hour, ten times the input should need no more memory.', // prettier-ignore
  records: hours * pinsPerHour,
  scales: [1, 10],
  prepare: async (records) => ({
    description: `${records.toLocaleString('en')} computed pins, ${pinsPerHour.toLocaleString('en')} per hour of event time; the hash is that of the answer`,
    sha256: createHash('sha256').update(hoursAnswer(records)).digest('hex'),
  }),
  answer: hoursAnswer,
  targets: [{ competitor: 'millrace ×10', measure: 'peakMb', atMost: 1.2 }],
};
