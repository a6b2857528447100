import { start, type JobHandle, type RunResult } from '@millrace/core';
import { progressOf, watch } from './progress.js';
import { bar, count } from './screen.js';
import { stageLine, type Stage } from './stage.js';

const options = { checkpointEvery: '2s', report: false } as const;

/** The same graph on the lake, into other results. */
export async function replay(stage: Stage): Promise<RunResult> {
  const { pipeline } = stage;
  const job = pipeline.job('popularity', 'pins', pipeline.results('replay'));
  return shown(stage, 'replay', 'the lake, through the same graph', start(job, { ...options, mode: 'replay' }));
}

/** Archives two thirds of the topic once more, and runs the same graph on that and then on the rest of the topic. */
export async function handOff(stage: Stage): Promise<RunResult> {
  const { pipeline, pins, screen } = stage;
  const archived = await archiveTwoThirds(stage);
  screen.line(stageLine(screen, 'archive', `${count(archived)} records, once more, into another table`));
  const job = pipeline.job('popularity_both', 'pins_part', pipeline.results('both'));
  const what = `${count(archived)} records of the lake, then ${count(pins - archived)} of the topic`;
  return shown(stage, 'both', what, start(job, { ...options, mode: 'both', atEnd: 'flush' }));
}

async function archiveTwoThirds({ pipeline, pins, screen }: Stage): Promise<number> {
  const handle = start(pipeline.archive('pins_part'), { ...options, mode: 'live' });
  const unwatch = watch(() => {
    const { records } = progressOf(handle.metrics());
    screen.progress(stageLine(screen, 'archive', `${bar(records / pins, 20)}  ${count(records)} records`));
    if (records >= (pins * 2) / 3) void handle.stop();
  });
  await handle.done.finally(unwatch);
  return progressOf(handle.metrics()).records;
}

/** Waits for a run, shows how far it is, and in the end how long it took. */
async function shown({ pins, screen }: Stage, name: string, what: string, handle: JobHandle): Promise<RunResult> {
  const startedAt = performance.now();
  const unwatch = watch(() => {
    const { records } = progressOf(handle.metrics());
    screen.progress(stageLine(screen, name, `${bar(records / pins, 20)}  ${count(records)} pins`));
  });
  const result = await handle.done.finally(unwatch);
  screen.line(stageLine(screen, name, what, performance.now() - startedAt, pins));
  return result;
}
