import type { JobHandle } from '@millrace/core';
import { until } from '../until.js';

/** Waits until a run has read what its source has now. */
export async function readUp(handle: JobHandle): Promise<void> {
  const isReading = (): boolean => {
    const { sources, state } = handle.metrics();
    const partitions = Object.values(sources).flatMap((source) => source.partitions);
    const isAtWork = partitions.length === 0 || partitions.some((each) => each.state === 'reading');
    return state === 'starting' || (state === 'running' && isAtWork);
  };
  await until(() => !isReading());
}
