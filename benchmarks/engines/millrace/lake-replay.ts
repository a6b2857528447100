import { defineJob, memoryStore, run } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import type { Engine } from '../../harness/suite.js';
import { batchRows } from '../../pinterest/pin-records.js';
import { pinsSource } from '../../pinterest/pins-source.js';
import { pinsTable } from '../../pinterest/pins-table.js';
import { windowsGraph } from '../../pinterest/windows-graph.js';
import { type PinWindow, windowsText } from '../../pinterest/windows-text.js';

export const engine: Engine = {
  settings: {
    tasks: 1,
    batchRows,
    codec: 'parquet-wasm',
    guarantees: 'exactly-once, checkpoints in process every 10 s and at the end',
  },
  load: async (records) => ({
    async run() {
      const windows = memory().list('windows');
      const job = defineJob({
        name: 'lake-replay',
        sources: { live: pinsSource(records), replay: pinsTable(records) },
        graph: (raw) => ({ windows: windowsGraph(raw) }),
        checkpoints: memoryStore(),
        sinks: { windows },
      });
      await run(job, { mode: 'replay', batchRows, report: false });
      return windowsText((await windows.rows()) as unknown as readonly PinWindow[]);
    },
  }),
};
