import type { PinPipeline } from '../job.js';
import type { PinWindow } from '../records/right-answer.js';

/** The rows of a run's view, as the emulator's right answer writes them. */
export async function windowsOf(pipeline: PinPipeline, run: string): Promise<PinWindow[]> {
  const rows = (await pipeline.results(run).popularity.rows()) as unknown as readonly WindowRow[];
  return rows.map(({ windowStart, category, pins, followers }) => ({
    windowStart: windowStart.getTime(),
    category,
    pins,
    followers,
  }));
}

interface WindowRow {
  readonly windowStart: Date;
  readonly category: string;
  readonly pins: number;
  readonly followers: number | null;
}
