import { jsonDecoder } from '@millrace/core/connector';
import type { Engine } from '../../harness/suite.js';
import { fourColumns } from '../../pinterest/four-columns.js';
import { batchRows, pinRecords } from '../../pinterest/pin-records.js';
import { RawPin } from '../../pinterest/windows-graph.js';

export const engine: Engine = {
  settings: { input: `records as bytes, in batches of ${batchRows}` },
  async load(records) {
    const decoder = jsonDecoder(RawPin, fourColumns.names);
    const batches = [...pinRecords(records)];
    return {
      run() {
        const kept = batches.map((batch) => ({ columns: decoder.decode(batch).columns, length: batch.length }));
        return () => fourColumns.ofColumns(kept);
      },
    };
  },
};
