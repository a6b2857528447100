import { driveColumns } from '@millrace/core/testing';
import type { Engine } from '../../harness/suite.js';
import { pinColumns } from '../../pinterest/pin-columns.js';
import { batchRows } from '../../pinterest/pin-records.js';
import { RawPin, windowsGraph } from '../../pinterest/windows-graph.js';
import { type PinWindow, windowsText } from '../../pinterest/windows-text.js';

export const engine: Engine = {
  settings: { input: `columns in batches of ${batchRows}, those that the graph reads`, tasks: 1, keyedBy: 'unique_id' },
  async load(records) {
    const drive = driveColumns(RawPin, windowsGraph, { keyedBy: 'unique_id' });
    const batches = pinColumns(records, drive.columns);
    return {
      run() {
        for (const { columns, length } of batches) drive.push(columns, length);
        return windowsText(drive.end() as unknown as PinWindow[]);
      },
    };
  },
};
