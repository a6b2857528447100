import type { BytesColumn } from '../batch/column.js';
import { clearBit, fullBits } from '../batch/bits.js';
import type { RecordHeaders, Records } from './records.js';

/** What records have beside their values; each list has one entry per value. */
export interface RecordsOptions {
  /** The offset of the first record; the others follow without a gap. 0 unless given. */
  readonly offset?: number;
  /** Keys as text or bytes; null, or no list, where a record has none. */
  readonly keys?: readonly (string | Uint8Array | null)[];
  /** The broker's times in ms UTC; −1 where the list is left out. */
  readonly brokerTimes?: readonly number[];
  readonly headers?: readonly RecordHeaders[];
}

/**
 * Records of one partition, at consecutive offsets, from their values: text (as UTF-8), bytes, or null for a tombstone.
 *
 * @example
 * ```ts
 * import { recordsOf } from '@millrace/core/connector';
 *
 * const records = recordsOf(0, ['{"id":"a"}', '{"id":"b"}', null], { offset: 7 });
 * console.log(records.length, records.next); // 3 10
 * ```
 */
export function recordsOf(
  partition: number,
  values: readonly (string | Uint8Array | null)[],
  options: RecordsOptions = {},
): Records {
  const { offset = 0, keys, brokerTimes, headers } = options;
  const length = values.length;
  return {
    partition,
    length,
    offsets: Float64Array.from({ length }, (_, row) => offset + row),
    next: offset + length,
    brokerTimes: brokerTimes === undefined ? new Float64Array(length).fill(-1) : Float64Array.from(brokerTimes),
    keys: bytesColumnOf(keys ?? new Array<null>(length).fill(null)),
    values: bytesColumnOf(values),
    headers,
    decoded: undefined,
  };
}

/** A column of bytes from text (as UTF-8), bytes and nulls. */
export function bytesColumnOf(values: readonly (string | Uint8Array | null)[]): BytesColumn {
  const utf8 = new TextEncoder();
  const parts = values.map((value) => (typeof value === 'string' ? utf8.encode(value) : value));
  const offsets = new Int32Array(parts.length + 1);
  for (let row = 0; row < parts.length; row++) offsets[row + 1] = offsets[row]! + (parts[row]?.length ?? 0);
  const bytes = new Uint8Array(offsets[parts.length]!);
  const validity = parts.includes(null) ? fullBits(parts.length) : undefined;
  parts.forEach((part, row) => {
    if (part === null) clearBit(validity!, row);
    else bytes.set(part, offsets[row]);
  });
  return { layout: 'bytes', offsets, bytes, validity };
}
