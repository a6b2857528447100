import type { Engine } from '../../harness/suite.js';
import { fourColumns } from '../../pinterest/four-columns.js';
import { pinRecords } from '../../pinterest/pin-records.js';
import type { PinRow } from '../../pinterest/pin-rows.js';

type Four = Pick<PinRow, 'unique_id' | 'category' | 'follower_count' | 'timestamp'>;

export const engine: Engine = {
  settings: { input: 'records as bytes', library: 'Buffer.toString and JSON.parse of Node, an object per record' },
  async load(records) {
    const batches = [...pinRecords(records)];
    return {
      run() {
        const kept: Four[] = [];
        for (const { length, slices } of batches) {
          const { starts, ends } = slices;
          const bytes = Buffer.from(slices.bytes.buffer, slices.bytes.byteOffset, slices.bytes.byteLength);
          for (let row = 0; row < length; row++) {
            const text = bytes.toString('utf8', starts[row], ends[row]);
            const { unique_id, category, follower_count, timestamp } = JSON.parse(text) as PinRow;
            kept.push({ unique_id, category, follower_count, timestamp });
          }
        }
        return () => fourColumns.ofRows(kept);
      },
    };
  },
};
