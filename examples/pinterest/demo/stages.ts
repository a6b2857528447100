import { start, type JobHandle, type RunResult } from '@millrace/core';
import type { PinPipeline } from '../job.js';
import { liveProcess } from './live-process.js';
import { postPins, type Posted } from './post.js';
import { recordsOf, watch, type Progress } from './progress.js';
import { bar, count, type Screen } from './screen.js';

/** What every stage of the demo is given. */
export interface Stage {
  readonly pipeline: PinPipeline;
  /** The folder of the pipeline. */
  readonly root: string;
  /** The file that runs the live job where it is started with `live` and the folder. */
  readonly program: string;
  readonly pins: number;
  readonly screen: Screen;
}

/**
 * Posts the pins from here, while a process of its own runs the job and the archive on them: it is killed in the middle,
 * and another one goes on.
 */
export async function live(stage: Stage): Promise<{ readonly posted: Posted; readonly result: RunResult }> {
  const { pipeline, pins, screen } = stage;
  let durable = 0;
  let latest: Progress | undefined;
  const show = (): void => {
    const { records = 0, archived = 0, checkpoint = -1 } = latest ?? {};
    const counts = `read ${count(records)}, archived ${count(archived)}, posted ${count(durable)}`;
    screen.progress(stageLine('live', `${bar(records / pins, 20)}  ${counts}, checkpoint ${checkpoint}`));
  };
  const [posted, result] = await Promise.all([
    postPins(pipeline.topic, pins, (now) => {
      durable = now;
      show();
    }),
    liveTwice(stage, (progress) => {
      latest = progress;
      show();
    }),
  ]);
  const { answer, bytes, ms } = posted;
  screen.line(stageLine('posted', `${count(answer.records)} pins meanwhile, ${count(bytes / 1e6)} MB`, ms, pins));
  return { posted, result };
}

async function liveTwice(
  { root, program, pins, screen }: Stage,
  onProgress: (progress: Progress) => void,
): Promise<RunResult> {
  const isMiddle = ({ records, checkpoint }: Progress): boolean => records >= pins * 0.4 && checkpoint >= 0;
  const startedAt = performance.now();
  const killed = await liveProcess(program, root, onProgress, isMiddle);
  if (killed.kind === 'done') throw new Error('The live job came to its end before it could be killed.');
  const { records: read, checkpoint } = killed.progress;
  const toKill = performance.now() - startedAt;
  screen.line(
    stageLine('live', `killed (SIGKILL) at ${count(read)} pins, after checkpoint ${checkpoint}`, toKill, read),
  );

  const resumedAt = performance.now();
  const ended = await liveProcess(program, root, onProgress);
  if (ended.kind === 'killed') throw new Error('The live job was killed twice.');
  const { restored, archived } = ended.progress;
  const toEnd = performance.now() - resumedAt;
  screen.line(stageLine('live', `resumed from checkpoint ${restored}, ended at ${ended.job.checkpoint}`, toEnd));
  screen.line(stageLine('archive', `${count(archived ?? 0)} records kept in the lake, beside the job`));
  return ended.job;
}

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
  screen.line(stageLine('archive', `${count(archived)} records, once more, into another table`));
  const job = pipeline.job('popularity_both', 'pins_part', pipeline.results('both'));
  const what = `${count(archived)} records of the lake, then ${count(pins - archived)} of the topic`;
  return shown(stage, 'both', what, start(job, { ...options, mode: 'both', atEnd: 'flush' }));
}

async function archiveTwoThirds({ pipeline, pins, screen }: Stage): Promise<number> {
  const handle = start(pipeline.archive('pins_part'), { ...options, mode: 'live' });
  const unwatch = watch(() => {
    const records = recordsOf(handle.metrics());
    screen.progress(stageLine('archive', `${bar(records / pins, 20)}  ${count(records)} records`));
    if (records >= (pins * 2) / 3) void handle.stop();
  });
  await handle.done.finally(unwatch);
  return recordsOf(handle.metrics());
}

/** The options of all runs in this process. */
const options = { checkpointEvery: '2s', report: false } as const;

/** Waits for a run, shows how far it is, and in the end how long it took. */
async function shown({ pins, screen }: Stage, name: string, what: string, handle: JobHandle): Promise<RunResult> {
  const startedAt = performance.now();
  const unwatch = watch(() => {
    const records = recordsOf(handle.metrics());
    screen.progress(stageLine(name, `${bar(records / pins, 20)}  ${count(records)} pins`));
  });
  const result = await handle.done.finally(unwatch);
  screen.line(stageLine(name, what, performance.now() - startedAt, pins));
  return result;
}

function stageLine(name: string, what: string, ms?: number, records?: number): string {
  const line = `  ${name.padEnd(8)}  ${what}`;
  if (ms === undefined) return line;
  const rate = records === undefined ? '' : `${count((records / ms) * 1000)}/s`.padStart(11);
  return `${line.padEnd(66)}${`${(ms / 1000).toFixed(1)} s`.padStart(7)}${rate}`;
}
