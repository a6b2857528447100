import { millraceError } from '@millrace/core';
import type { Records, SourcePartition } from '@millrace/core/connector';
import { joinRuns, readRuns } from './record-runs.js';
import type { PartitionRun, TopicLog } from './topic-log.js';

/** Runs are joined up to this length, so that records that came one by one do not stay one by one. */
const joinedRowsMax = 8192;

interface Partition {
  start: number;
  end: number;
  runs: Records[];
  /** The last run with a mark. */
  marked: { readonly text: string; readonly at: number } | undefined;
}

/** A topic in this process; its id is made unless it is given. */
export function processLog(name: string, partitionCount: number, id: string = crypto.randomUUID()): TopicLog {
  const partitions: Partition[] = [];
  const listeners = new Set<() => void>();
  let isSealed = false;

  const grow = (count: number): void => {
    for (let i = 0; i < count; i++) partitions.push({ start: 0, end: 0, runs: [], marked: undefined });
  };
  const changed = (): void => {
    for (const listener of [...listeners]) listener();
  };
  grow(partitionCount);

  return {
    id,
    async bounds() {
      return partitions.map(({ start, end }, partition): SourcePartition => ({ partition, start, end }));
    },
    async count() {
      return partitions.length;
    },
    async read(partition, position, rowsMax) {
      const { start, end, runs } = partitions[partition]!;
      if (position < start) return 'below';
      if (position > end) return 'beyond';
      return readRuns(runsFrom(runs, position), position, rowsMax) ?? 'end';
    },
    async sealed() {
      return isSealed;
    },
    async append(runs) {
      if (isSealed) throw millraceError('MILLRACE_TOPIC_SEALED', { topic: name });
      // All are made before any is added, so that one that throws leaves nothing behind.
      const made = runs.map((each) => [partitions[each.partition]!, each, newRun(partitions, each)] as const);
      for (const [partition, { mark }, run] of made) {
        if (run === undefined) continue;
        if (mark !== undefined) partition.marked = { text: mark.text, at: partition.end };
        addRun(partition.runs, run);
        partition.end = run.next;
      }
      changed();
    },
    async seal() {
      isSealed = true;
      changed();
    },
    async addPartitions(count) {
      grow(count);
      changed();
    },
    async deleteBefore(partition, offset) {
      const kept = partitions[partition]!;
      kept.start = Math.max(kept.start, offset);
      kept.end = Math.max(kept.end, offset);
      kept.runs = kept.runs.filter((run) => run.next > offset);
      changed();
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function newRun(partitions: readonly Partition[], { partition, run, mark }: PartitionRun): Records | undefined {
  const { end, marked } = partitions[partition]!;
  if (mark !== undefined && marked?.text === mark.text && marked.at >= mark.from) return undefined;
  return run(end);
}

// Joined only with one that is no longer: so every record is copied at most log2(joinedRowsMax) times.
function addRun(runs: Records[], run: Records): void {
  let last = run;
  for (let before = runs.at(-1); before !== undefined; before = runs.at(-1)) {
    if (before.length > last.length || before.length + last.length > joinedRowsMax) break;
    runs.pop();
    last = joinRuns([before, last]);
  }
  runs.push(last);
}

/** The runs from the one on that holds `position`. */
function* runsFrom(runs: readonly Records[], position: number): Iterable<Records> {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[middle]!.next <= position) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < runs.length; i++) yield runs[i]!;
}
