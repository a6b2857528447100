import type { Suite } from '../harness/suite.js';
import { knownAnswer } from '../pinterest/known-answer.js';
import { pinsInput } from '../pinterest/pins-input.js';

export const suite: Suite = {
  title: 'Pins, decode → engine: from a file of JSON lines to windows',
  question: 'As engine only, from the bytes of a file: reading, decoding, cleaning, event time, dedup and windows. The file is in the cache of the system.', // prettier-ignore
  records: 2_000_000,
  prepare: async (records) => pinsInput(records),
  answer: knownAnswer,
  targets: [{ competitor: 'duckdb', measure: 'cpuMs', atLeast: 1 / 1.5 }],
};
