import type { Suite } from '../harness/suite.js';
import { knownAnswer } from '../pinterest/known-answer.js';
import { pinsInput } from '../pinterest/pins-input.js';
import { preparePinsTable } from '../pinterest/pins-table.js';

export const suite: Suite = {
  title: 'Pins, lake → windows: from Parquet files to windows',
  question: 'As engine only, from the archive of the pins: Parquet with zstd, all 13 columns and the raw values, files of up to 500,000 rows, 4 columns read.', // prettier-ignore
  records: 2_000_000,
  async prepare(records) {
    const input = pinsInput(records);
    await preparePinsTable(records);
    return input;
  },
  answer: knownAnswer,
  targets: [{ competitor: 'duckdb', measure: 'wallMs', atLeast: 1 / 0.8 }],
};
