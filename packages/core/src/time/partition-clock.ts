import { columnOf } from '../batch/build.js';
import type { Float64Column, Int32Column } from '../batch/column.js';
import { valueAt } from '../batch/rows.js';
import type { EventClock } from '../flow/hooks.js';
import { float64, int32, utf8 } from '../schema/column-type.js';
import type { StateTable } from '../state/table.js';

// Each source partition has a watermark of its own: the largest time seen in it less the bound, or what the time log
// has raised it to. The flow's is the minimum over all partitions that the task has, because any of them may still
// bring a record as old as its own watermark.

/** What is known of the time of one source partition. Kernels read `floor` and read and raise `max`. */
export interface PartitionTime {
  /** The largest event time seen: −∞ before the first record. */
  max: number;
  /** No watermark below it: from the time log, or from before a restart. */
  floor: number;
}

/** The watermarks of the partitions of one task. */
export interface PartitionClock extends EventClock {
  /** The time of one partition, which is counted in from now on. */
  timeOf(source: string, partition: number): PartitionTime;
  /** Emits the minimum if it has risen. */
  emitMinimum(): void;
  /** A row per partition: `source`, `partition`, `max`, `watermark`, `group` (the partition). */
  snapshot(): StateTable;
  /** Goes on from the rows of a snapshot. Their watermarks stand, whatever the bound is now. */
  restore(table: StateTable): void;
}

/** A clock whose watermarks trail by `boundMs`; it says to `emit` when their minimum rises. */
export function partitionClock(boundMs: number, emit: (time: number) => void): PartitionClock {
  const times = new Map<string, Map<number, PartitionTime>>();
  const assigned: PartitionTime[] = [];
  let started = false;
  let emitted = -Infinity;

  const entry = (source: string, partition: number): PartitionTime => {
    let partitions = times.get(source);
    if (partitions === undefined) times.set(source, (partitions = new Map<number, PartitionTime>()));
    let time = partitions.get(partition);
    if (time === undefined) partitions.set(partition, (time = { max: -Infinity, floor: -Infinity }));
    return time;
  };
  const timeOf = (source: string, partition: number): PartitionTime => {
    const time = entry(source, partition);
    if (!assigned.includes(time)) assigned.push(time);
    return time;
  };
  const watermark = ({ max, floor }: PartitionTime): number => Math.max(max - boundMs, floor);
  const emitMinimum = (): void => {
    if (!started) return;
    let minimum = Infinity;
    for (const time of assigned) minimum = Math.min(minimum, watermark(time));
    if (minimum <= emitted) return;
    emitted = minimum;
    emit(minimum);
  };

  return {
    timeOf,
    emitMinimum,
    assign: (source, partition) => void timeOf(source, partition),
    watermarkOf: (source, partition) => watermark(entry(source, partition)),
    advance(source, partition, time) {
      const known = entry(source, partition);
      known.floor = Math.max(known.floor, time);
      emitMinimum();
    },
    start() {
      started = true;
      emitMinimum();
    },
    snapshot() {
      const rows = [...times].flatMap(([source, partitions]) =>
        [...partitions].map(([partition, time]) => ({ source, partition, max: time.max, watermark: watermark(time) })),
      );
      return {
        fields: { source: utf8, partition: int32, max: float64, watermark: float64, group: int32 },
        length: rows.length,
        columns: {
          source: columnOf(utf8, rows.map(({ source }) => source)), // prettier-ignore
          partition: columnOf(int32, rows.map(({ partition }) => partition)), // prettier-ignore
          max: columnOf(float64, rows.map(({ max }) => max)), // prettier-ignore
          watermark: columnOf(float64, rows.map(({ watermark }) => watermark)), // prettier-ignore
          group: columnOf(int32, rows.map(({ partition }) => partition)), // prettier-ignore
        },
      };
    },
    restore({ length, columns }) {
      const partitions = (columns['partition'] as Int32Column).values;
      for (let row = 0; row < length; row++) {
        const time = entry(valueAt(utf8, columns['source']!, row) as string, partitions[row]!);
        time.max = (columns['max'] as Float64Column).values[row]!;
        time.floor = (columns['watermark'] as Float64Column).values[row]!;
      }
    },
  };
}
