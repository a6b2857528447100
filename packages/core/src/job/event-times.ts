import type { EventClock } from '../flow/hooks.js';
import type { GraphInstance } from '../graph/graph-instance.js';
import type { TimeLogEntry } from '../time/time-log.js';
import type { InputReader } from './input-reader.js';
import type { PartitionReader } from './partition-reader.js';

/** The watermarks of source partitions, over all operators that set event time and all tasks. */
export interface EventTimes {
  /** Whether the graph sets event time at all. */
  readonly timed: boolean;
  /** Counts a partition in, in every `eventTime` that its records reach. */
  assign(partition: PartitionReader): void;
  /**
   * Emits the first minima; once, after all partitions of the start were assigned. Where one of the `awaited` inputs has no
   * partition yet, its records' time begins with the first: that there is none promises nothing.
   */
  start(awaited: readonly InputReader[]): void;
  /** The lowest watermark of a partition; −∞ while one is not known, undefined where it reaches no `eventTime`. */
  watermarkOf(partition: PartitionReader): number | undefined;
  /** The same by the name of the `eventTime`. */
  watermarksOf(partition: PartitionReader): ReadonlyMap<string, number>;
  /** Raises watermarks as an entry of the time log says. Throws what has failed, where windows that it closes did. */
  apply(entry: TimeLogEntry): void;
  /**
   * The entries that idle partitions get (DESIGN §3): from their next offset on at least the minimum over those that are
   * not idle, where that rises; none where all are idle.
   */
  idleEntries(partitions: readonly PartitionReader[], isIdle: (partition: PartitionReader) => boolean): TimeLogEntry[];
  /** The least watermark over `partitions`, by the name of each `eventTime` that the records of `input` reach. */
  minima(input: InputReader, partitions: readonly PartitionReader[]): ReadonlyMap<string, number>;
  /** The entries of the end: +∞ for every partition. */
  endEntries(partitions: readonly PartitionReader[]): TimeLogEntry[];
}

/** The event times of a running graph. */
export function eventTimes(graph: GraphInstance): EventTimes {
  const clocks = graph.clocks();
  const counted = new Set<EventClock>();
  const waiting = new Set<EventClock>();
  const ofPartition = (partition: PartitionReader): typeof clocks =>
    clocks.filter(({ task, sources }) => task === partition.task && sources.has(partition.input.node));
  const watermarksOf = (partition: PartitionReader): ReadonlyMap<string, number> =>
    new Map(
      ofPartition(partition).map(({ timeName, clock }) => [
        timeName,
        clock.watermarkOf(partition.input.name, partition.partition),
      ]),
    );

  return {
    timed: clocks.length > 0,
    assign(partition) {
      for (const { clock } of ofPartition(partition)) {
        clock.assign(partition.input.name, partition.partition);
        counted.add(clock);
        if (waiting.delete(clock)) clock.start();
      }
    },
    start(awaited) {
      for (const { clock, sources } of clocks) {
        if (!counted.has(clock) && awaited.some(({ node }) => sources.has(node))) waiting.add(clock);
        else clock.start();
      }
      graph.drain();
    },
    watermarkOf(partition) {
      const own = ofPartition(partition);
      if (own.length === 0) return undefined;
      return Math.min(...own.map(({ clock }) => clock.watermarkOf(partition.input.name, partition.partition)));
    },
    watermarksOf,
    apply({ eventTime, source, partition, watermark }) {
      const task = partition % graph.tasks;
      for (const each of clocks) {
        if (each.timeName === eventTime && each.task === task) each.clock.advance(source, partition, watermark);
      }
      graph.drain();
      if (graph.failure !== undefined) throw graph.failure.error;
    },
    idleEntries(partitions, isIdle) {
      const timeNames = new Set(clocks.map((each) => each.timeName));
      return [...timeNames].flatMap((timeName) => {
        const known = partitions.flatMap((partition) => {
          const watermark = watermarksOf(partition).get(timeName);
          return watermark === undefined ? [] : [{ partition, watermark, idle: isIdle(partition) }];
        });
        return idleEntriesOf(timeName, known);
      });
    },
    minima(input, partitions) {
      const reached = clocks.filter(({ sources }) => sources.has(input.node)).map(({ timeName }) => timeName);
      const least = (timeName: string): number => {
        const known = partitions.flatMap((partition) => watermarksOf(partition).get(timeName) ?? []);
        return known.length === 0 ? -Infinity : Math.min(...known);
      };
      return new Map(reached.map((timeName) => [timeName, least(timeName)]));
    },
    endEntries: (partitions) =>
      partitions.flatMap((partition) =>
        [...watermarksOf(partition)]
          .filter(([, watermark]) => watermark < Infinity)
          .map(([timeName]) => entryOf(timeName, partition, Infinity)),
      ),
  };
}

/** A partition under one `eventTime`. */
interface Known {
  readonly partition: PartitionReader;
  readonly watermark: number;
  readonly idle: boolean;
}

function idleEntriesOf(timeName: string, known: readonly Known[]): TimeLogEntry[] {
  const busy = known.filter(({ idle }) => !idle);
  if (busy.length === 0) return [];
  const least = Math.min(...busy.map(({ watermark }) => watermark));
  const behind = known.filter(({ idle, watermark }) => idle && least > watermark);
  return behind.map(({ partition }) => entryOf(timeName, partition, least));
}

function entryOf(eventTime: string, { input, partition, position }: PartitionReader, watermark: number): TimeLogEntry {
  return { eventTime, source: input.name, partition, offset: position, watermark };
}
