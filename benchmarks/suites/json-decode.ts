import type { Suite } from '../harness/suite.js';
import { fourColumns } from '../pinterest/four-columns.js';
import { pinsInput } from '../pinterest/pins-input.js';
import { pinRows } from '../pinterest/pin-rows.js';

export const suite: Suite = {
  title: 'Pins, decode only: from JSON in memory to 4 of its 13 fields',
  question: 'Parse each record, and keep the four fields that the windows need: Millrace as columns, JSON.parse as lists of values. All 13 fields are held to their types by Millrace, and by nobody in the loop.', // prettier-ignore
  records: 500_000,
  prepare: async (records) => pinsInput(records),
  answer: (records) => fourColumns.ofRows([...pinRows(records)]),
  targets: [{ competitor: 'json-parse', measure: 'wallMs', atLeast: 6 }],
};
