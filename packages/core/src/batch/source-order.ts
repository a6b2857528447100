import type { BytesColumn, Column } from './column.js';
import { textBytes } from './text.js';

const names = new Map<string, BytesColumn>();
const partitions = new Map<number, Int32Array>();
let zeros = new Int32Array(0);

/**
 * The order columns of records as they come from a source: its name, the partition, the offset. All but the offsets
 * are shared between batches.
 */
export function sourceOrder(source: string, partition: number, offsets: Float64Array): Column[] {
  const { length } = offsets;
  if (zeros.length < length) zeros = new Int32Array(Math.max(length, 8192));
  const codes = zeros.subarray(0, length);
  return [
    { layout: 'dictionary', codes, dictionary: nameOf(source), validity: undefined },
    { layout: 'int32', values: constantPartition(partition, length), validity: undefined },
    { layout: 'float64', values: offsets, validity: undefined },
  ];
}

/** `length` times the same partition, shared and never written: also the `group` of a batch of one partition. */
export function constantPartition(partition: number, length: number): Int32Array {
  let values = partitions.get(partition);
  if (values === undefined || values.length < length) {
    values = new Int32Array(Math.max(length, 8192)).fill(partition);
    partitions.set(partition, values);
  }
  return values.subarray(0, length);
}

function nameOf(source: string): BytesColumn {
  let dictionary = names.get(source);
  if (dictionary === undefined) {
    const bytes = textBytes(source);
    dictionary = { layout: 'bytes', offsets: Int32Array.of(0, bytes.length), bytes, validity: undefined };
    names.set(source, dictionary);
  }
  return dictionary;
}
