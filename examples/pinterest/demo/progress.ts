import type { MetricsSnapshot } from '@millrace/core';

/** How far a run is. */
export interface Progress {
  /** Records read since the topic began: its offsets begin at 0. */
  readonly records: number;
  /** The last checkpoint that is durable; −1 before the first. */
  readonly checkpoint: number;
  /** The checkpoint that the run went on from; −1 where it began anew. */
  readonly restored: number;
}

/** The progress of a job or an archive. */
export function progressOf({ sources, checkpoints }: MetricsSnapshot): Progress {
  const partitions = Object.values(sources).flatMap((source) => source.partitions);
  const records = partitions.reduce((sum, { position }) => sum + position, 0);
  return { records, checkpoint: checkpoints.last, restored: checkpoints.restored };
}

const everyMs = 50;

/** Calls `look` from time to time, until the function that it gives is called. */
export function watch(look: () => void): () => void {
  const timer = setInterval(look, everyMs);
  return () => clearInterval(timer);
}
