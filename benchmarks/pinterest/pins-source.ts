import type { Source } from '@millrace/core';
import type { Records } from '@millrace/core/connector';
import { pinRecords } from './pin-records.js';
import { RawPin } from './windows-graph.js';

/** The pins as a topic of one partition that has ended: read once, from its start. */
export function pinsSource(records: number): Source<typeof RawPin.fields> {
  const label = `file of ${records} pins`;
  return {
    schema: RawPin,
    name: 'pins',
    label,
    keyedBy: undefined,
    bounded: true,
    open: async () => {
      const blocks: Iterator<Records, void> = pinRecords(records);
      let expected = 0;
      return {
        identity: `benchmarks/pins-${records}`,
        partitions: async () => [{ partition: 0, start: 0, end: records }],
        async read(_partition, position) {
          if (position !== expected)
            throw new Error(`The ${label} is read from offset ${expected} on, not ${position}.`);
          const { done, value } = blocks.next();
          if (done === true) return { kind: 'end' };
          expected = value.next;
          return { kind: 'records', records: value };
        },
        arrival: async () => undefined,
        close: async () => {
          blocks.return?.();
        },
      };
    },
  };
}
