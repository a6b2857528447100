import { defineJob, run } from '@millrace/core';
import { folder } from '@millrace/core/folder';
import { memory } from '@millrace/connectors/memory';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../harness/suite.js';
import { hoursSource } from '../../hours/hours-source.js';
import { cacheFolder } from '../../places.js';
import { windowsGraph } from '../../pinterest/windows-graph.js';
import { type PinWindow, windowsText } from '../../pinterest/windows-text.js';

const checkpointEvery = '1s';

export const engine: Engine = {
  settings: { tasks: 1, guarantees: `exactly-once, checkpoints on a folder every ${checkpointEvery}` },
  load: async (records) => ({
    async run() {
      mkdirSync(cacheFolder, { recursive: true });
      const place = mkdtempSync(join(cacheFolder, 'checkpoints-'));
      try {
        const windows = memory().list('windows');
        const job = defineJob({
          name: 'memory',
          sources: { live: hoursSource(records) },
          graph: (raw) => ({ windows: windowsGraph(raw) }),
          checkpoints: folder(place),
          sinks: { windows },
        });
        await run(job, { mode: 'live', atEnd: 'flush', checkpointEvery, report: false });
        return windowsText((await windows.rows()) as unknown as readonly PinWindow[]);
      } finally {
        rmSync(place, { recursive: true });
      }
    },
  }),
};
