import type { RunResult } from '@millrace/core';
import { startProcess } from './job-process.js';
import { postPins, type Posted } from './post.js';
import type { Progress } from './progress.js';
import { bar, count } from './screen.js';
import { stageLine, type Stage } from './stage.js';

const nothing: Progress = { records: 0, checkpoint: -1, restored: -1 };

/** How far everything is that goes on at once. */
interface Now {
  posted: number;
  live: Progress;
  archive: Progress;
}

/**
 * Posts the pins from here, while two other processes run the job and the archive on them. Both are killed in the
 * middle, and two new ones go on.
 */
export async function live(stage: Stage): Promise<{ readonly posted: Posted; readonly result: RunResult }> {
  const { pipeline, pins, screen } = stage;
  const now: Now = { posted: 0, live: nothing, archive: nothing };
  const show = (): void => {
    const counts = `read ${count(now.live.records)}, archived ${count(now.archive.records)}, posted ${count(now.posted)}`;
    screen.progress(stageLine(screen, 'live', `${bar(now.live.records / pins, 20)}  ${counts}`));
  };
  const posting = postPins(pipeline.topic, pins, (posted) => {
    now.posted = posted;
    show();
  }).then((posted) => {
    const what = `${count(pins)} pins, ${count(posted.bytes / 1e6)} MB, into a topic of 3 partitions`;
    screen.line(stageLine(screen, 'post', what, posted.ms, pins));
    return posted;
  });
  const [posted, result] = await Promise.all([posting, killedAndResumed(stage, now, show)]);
  return { posted, result };
}

async function killedAndResumed(stage: Stage, now: Now, show: () => void): Promise<RunResult> {
  const { screen } = stage;
  const startedAt = performance.now();
  if ((await liveAndArchive(stage, now, show, isMiddle)) !== 'killed') {
    throw new Error('The live job came to its end before it could be killed.');
  }
  const { records } = now.live;
  const killed = `killed (SIGKILL) at ${count(records)} pins, the archive at ${count(now.archive.records)}`;
  screen.line(stageLine(screen, 'live', killed, performance.now() - startedAt, records));

  const resumedAt = performance.now();
  const result = await liveAndArchive(stage, now, show, () => false);
  if (result === 'killed') throw new Error('The live job was killed by someone else.');
  const resumed = `resumed from checkpoint ${now.live.restored}, ended at checkpoint ${result.checkpoint}`;
  screen.line(stageLine(screen, 'live', resumed, performance.now() - resumedAt));
  screen.line(stageLine(screen, 'archive', `${count(now.archive.records)} records, all there are, beside the job`));
  return result;
}

/** The middle: there is work to lose, and a checkpoint to go on from. */
function isMiddle({ records, checkpoint }: Progress, pins: number): boolean {
  return records >= pins * 0.4 && (checkpoint >= 1 || records >= pins * 0.8);
}

async function liveAndArchive(
  { root, program, pins }: Stage,
  now: Now,
  show: () => void,
  isKilled: (progress: Progress, pins: number) => boolean,
): Promise<RunResult | 'killed'> {
  const archive = startProcess(program, 'archive', root, (progress) => {
    now.archive = progress;
    show();
  });
  const job = startProcess(program, 'live', root, (progress) => {
    now.live = progress;
    show();
    if (!isKilled(progress, pins)) return;
    job.kill();
    archive.kill();
  });
  const [result] = await Promise.all([job.ended, archive.ended]);
  return result;
}
