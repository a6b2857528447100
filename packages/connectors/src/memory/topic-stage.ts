import type { ObjectStore, Schema } from '@millrace/core';
import {
  bytesColumnOf,
  jsonBytes,
  keyBytes,
  partitionOfKey,
  type Publication,
  type Records,
} from '@millrace/core/connector';
import { objectMissing } from './result.js';
import type { PartitionRun } from './topic-log.js';
import { treeOf } from './tree-bytes.js';

/** Records without a place yet. */
export type NewRun = Pick<Records, 'length' | 'keys' | 'values' | 'brokerTimes'>;

/** The records that a stage holds, per partition. */
export async function stagedRuns(
  objects: ObjectStore,
  label: string,
  { staged }: Publication,
): Promise<readonly (readonly [number, NewRun])[]> {
  if (staged === null) return [];
  const object = staged['object'] as string;
  const bytes = await objects.get(object);
  if (bytes === undefined) throw objectMissing(label, object);
  return treeOf(bytes.slice()) as readonly (readonly [number, NewRun])[];
}

/** Rows as records, per partition: by the hash of their key, or in turn. */
export function partitionRuns(
  rows: readonly { readonly [field: string]: unknown }[],
  schema: Schema,
  keyedBy: string | undefined,
  partitions: number,
  now: number,
): (readonly [number, NewRun])[] {
  const groups = new Map<number, { keys: (Uint8Array | null)[]; values: Uint8Array[] }>();
  rows.forEach((row, index) => {
    const key = keyedBy === undefined ? null : keyBytes(row[keyedBy]);
    const partition = key === null ? index % partitions : partitionOfKey(key, partitions);
    const group = groups.get(partition) ?? { keys: [], values: [] };
    groups.set(partition, group);
    group.keys.push(key);
    group.values.push(jsonBytes(schema.fields, row));
  });
  return [...groups].map(([partition, { keys, values }]) => {
    const length = values.length;
    const brokerTimes = new Float64Array(length).fill(now);
    return [partition, { length, brokerTimes, keys: bytesColumnOf(keys), values: bytesColumnOf(values) }];
  });
}

/** A staged run as it is appended, so that it can be told when it was. */
export function markedRun(partition: number, run: NewRun, mark: { text: string; from: number }): PartitionRun {
  const { length } = run;
  return {
    partition,
    mark,
    run: (end) => ({
      ...run,
      partition,
      offsets: Float64Array.from({ length }, (_, row) => end + row),
      next: end + length,
      headers: undefined,
      decoded: undefined,
    }),
  };
}
