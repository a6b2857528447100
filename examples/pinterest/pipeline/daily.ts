import { run, type RunResult } from '@millrace/core';
import type { ServerPipeline } from './pipeline.js';

/** What the batch has come to. */
export interface DailyResults {
  readonly pins: RunResult;
  readonly geos: RunResult;
  readonly users: RunResult;
}

/**
 * The batch layer: all that the lake has, through the same graphs, into tables of their own that are swapped in as a whole.
 * It can be run as often as one likes; who reads the tables meanwhile sees those of the last time.
 */
export async function daily({ live, daily: sinks, geos, users }: ServerPipeline): Promise<DailyResults> {
  // Minutes that have not ended are left for the next day.
  const again = { mode: 'replay', lineage: 'new', publish: 'replace', atEnd: 'hold', report: false } as const;
  return {
    pins: await run(live, { ...again, sinks }),
    geos: await run(geos, again),
    users: await run(users, again),
  };
}
