import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { addressesOf } from './addresses.js';
import { daily } from './daily.js';
import { serverPipeline } from './pipeline.js';

const retryAfterMs = 5 * 60_000;

/** As the original's schedule has it: where it fails, once more after five minutes, and not again after that. */
export async function withOneRetry<T>(
  attempt: () => Promise<T>,
  pause: (ms: number) => Promise<unknown> = setTimeout,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    console.error(`${String(error)}\nOnce more in five minutes.`);
    await pause(retryAfterMs);
    return attempt();
  }
}

// What cron starts: `node examples/dist/pinterest/pipeline/schedule.js [name of the pipeline]`.
if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  const pipeline = serverPipeline(addressesOf(process.env), process.argv[2]);
  await withOneRetry(() => daily(pipeline)).finally(() => pipeline.close());
}
