import { defineJob, run, type Source } from '@millrace/core';
import { folder } from '@millrace/core/folder';
import { memory } from '@millrace/connectors/memory';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../harness/suite.js';
import { cacheFolder } from '../../places.js';
import { type RawPin, windowsGraph } from '../../pinterest/windows-graph.js';
import { type PinWindow, windowsText } from '../../pinterest/windows-text.js';

/** The job of the windows over a source that ends, exactly once, with its checkpoints on a folder. */
export function windowsEngine(
  settings: Engine['settings'],
  sourceOf: (records: number) => Source<typeof RawPin.fields>,
  checkpointEvery = '10s',
): Engine {
  return {
    settings: {
      tasks: 1,
      guarantees: `exactly-once, checkpoints on a folder every ${checkpointEvery} and at the end`,
      ...settings,
    },
    load: async (records) => ({
      async run(started) {
        mkdirSync(cacheFolder, { recursive: true });
        const place = mkdtempSync(join(cacheFolder, 'checkpoints-'));
        try {
          const windows = memory().list('windows');
          const live = sourceOf(records);
          const job = defineJob({
            name: 'windows',
            sources: { live: startingAt(live, started) },
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
}

/** The same source, which says when its first records are there. */
function startingAt(source: Source<typeof RawPin.fields>, started: () => void): Source<typeof RawPin.fields> {
  return {
    ...source,
    async open(context) {
      const reader = await source.open(context);
      return {
        ...reader,
        async read(partition, position, maxRows) {
          const pull = await reader.read(partition, position, maxRows);
          if (pull.kind === 'records') started();
          return pull;
        },
      };
    },
  };
}
