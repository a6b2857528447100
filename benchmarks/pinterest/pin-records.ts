import type { BytesColumn, Records } from '@millrace/core/connector';
import { lineBlocks } from './line-blocks.js';
import { pinsFile } from './pins-file.js';

/** Rows per batch, everywhere where an engine lets us choose. */
export const batchRows = 8192;

/** The first pins as records of partition 0, without keys and broker times, as a topic would hand them over. */
export function* pinRecords(records: number): Generator<Records, void, undefined> {
  let offset = 0;
  for (const values of lineBlocks(pinsFile(records).path, batchRows)) {
    const length = values.offsets.length - 1;
    yield recordsAt(offset, values);
    offset += length;
  }
}

function recordsAt(offset: number, values: BytesColumn): Records {
  const length = values.offsets.length - 1;
  return {
    partition: 0,
    length,
    offsets: Float64Array.from({ length }, (_, row) => offset + row),
    next: offset + length,
    brokerTimes: new Float64Array(length).fill(-1),
    keys: noKeys(length),
    values,
    headers: undefined,
    decoded: undefined,
  };
}

function noKeys(length: number): BytesColumn {
  const validity = new Uint8Array((length + 7) >> 3);
  return { layout: 'bytes', offsets: new Int32Array(length + 1), bytes: new Uint8Array(0), validity };
}
