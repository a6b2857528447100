import type { MetricsSnapshot } from '@millrace/core';

/** How far a run is. */
export interface Progress {
  /** Records read, over the whole history of the job. */
  readonly records: number;
  /** The last checkpoint that is durable; −1 before the first. */
  readonly checkpoint: number;
  /** The checkpoint that the run went on from; −1 where it began anew. */
  readonly restored: number;
  /** Rows of the view that nothing will change any more. */
  readonly windows: number;
  /** Records in the lake, where an archive runs beside the job. */
  readonly archived: number | undefined;
}

const everyMs = 50;

/** Calls `look` from time to time, until the function that it gives is called. */
export function watch(look: () => void): () => void {
  const timer = setInterval(look, everyMs);
  return () => clearInterval(timer);
}

/** The progress of a job, and of an archive beside it. */
export function liveProgress(job: MetricsSnapshot, archive?: MetricsSnapshot): Progress {
  return {
    records: recordsOf(job),
    checkpoint: job.checkpoints.last,
    restored: job.checkpoints.restored,
    windows: job.outputs['popularity']?.rows ?? 0,
    archived: archive && recordsOf(archive),
  };
}

/** Records that a run has read since its topic began: the offsets of the demo's topic begin at 0. */
export function recordsOf({ sources }: MetricsSnapshot): number {
  const partitions = Object.values(sources).flatMap((source) => source.partitions);
  return partitions.reduce((sum, { position }) => sum + position, 0);
}
