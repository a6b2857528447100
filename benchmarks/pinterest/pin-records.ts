import { copiedValues, noValues, type BytesColumn, type Records, type ValueSlices } from '@millrace/core/connector';
import { lineBlocks } from './line-blocks.js';
import { pinsFile } from './pins-file.js';

/** Rows per batch, everywhere where an engine lets us choose. */
export const batchRows = 8192;

/** Records whose values stand where they were read. */
export type PinRecords = Records & { readonly slices: ValueSlices };

/** The first pins as records of partition 0, without keys and broker times, as a topic would hand them over. */
export function* pinRecords(records: number): Generator<PinRecords, void, undefined> {
  let offset = 0;
  for (const slices of lineBlocks(pinsFile(records).path, batchRows)) {
    yield recordsAt(offset, slices);
    offset += slices.starts.length;
  }
}

function recordsAt(offset: number, slices: ValueSlices): PinRecords {
  const { length } = slices.starts;
  let copied: BytesColumn | undefined;
  return {
    partition: 0,
    length,
    offsets: Float64Array.from({ length }, (_, row) => offset + row),
    next: offset + length,
    brokerTimes: new Float64Array(length).fill(-1),
    keys: noValues(length),
    slices,
    get values() {
      return (copied ??= copiedValues(slices));
    },
    headers: undefined,
    decoded: undefined,
  };
}
