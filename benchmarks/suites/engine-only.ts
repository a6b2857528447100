import type { Suite } from '../harness/suite.js';
import { knownAnswer } from '../pinterest/known-answer.js';
import { pinsInput } from '../pinterest/pins-input.js';

export const suite: Suite = {
  title: 'Pins, engine only: from records in memory to windows',
  question: 'Clean two fields, set event time, drop re-posts within 1 h, then count, sum and maximum per minute and category. Millrace and the kernels start from columns, the loop from objects.', // prettier-ignore
  records: 2_000_000,
  prepare: async (records) => pinsInput(records),
  answer: knownAnswer,
  targets: [{ competitor: 'rxjs-naive', measure: 'wallMs', atLeast: 6 }],
};
