import type { Source } from '@millrace/core';
import type { BytesColumn, Records } from '@millrace/core/connector';
import { RawPin } from '../pinterest/windows-graph.js';
import { hourColumns } from './hour-columns.js';

/** The first pins of the stream of hours, made as they are read: one partition, which ends. */
export function hoursSource(records: number): Source<typeof RawPin.fields> {
  return {
    schema: RawPin,
    name: 'hours',
    label: `stream of ${records} pins`,
    keyedBy: undefined,
    bounded: true,
    open: async () => ({
      identity: 'benchmarks/hours',
      partitions: async () => [{ partition: 0, start: 0, end: records }],
      async read(_partition, position, maxRows) {
        if (position === records) return { kind: 'end' };
        return { kind: 'records', records: recordsFrom(position, Math.min(position + maxRows, records)) };
      },
      arrival: async () => undefined,
      close: async () => undefined,
    }),
  };
}

// Raw values are not made: the columns are there, as in a lake table.
function recordsFrom(from: number, to: number): Records {
  const length = to - from;
  const nothing: BytesColumn = {
    layout: 'bytes',
    offsets: new Int32Array(length + 1),
    bytes: new Uint8Array(0),
    validity: new Uint8Array((length + 7) >> 3),
  };
  return {
    partition: 0,
    length,
    offsets: Float64Array.from({ length }, (_, row) => from + row),
    next: to,
    brokerTimes: new Float64Array(length).fill(-1),
    keys: nothing,
    values: nothing,
    headers: undefined,
    decoded: { columns: hourColumns(from, to), rejected: [], repaired: 0, repeatedKeys: 0 },
  };
}
