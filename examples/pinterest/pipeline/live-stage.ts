import { setTimeout } from 'node:timers/promises';
import type { RunResult } from '@millrace/core';
import type { Progress } from '../demo/progress.js';
import { bar, count, type Screen } from '../demo/screen.js';
import { stageLine } from '../demo/stage.js';
import type { PinWindow } from '../records/right-answer.js';
import { presentWindows } from './look.js';
import type { ServerPipeline } from './pipeline.js';
import { postAll, type Posted } from './post.js';
import { startRole, type RoleProcess, type Said } from './roles.js';

/** What the stages of the pipeline are given. */
export interface Stage {
  readonly pipeline: ServerPipeline;
  /** Of the pipeline, for its other processes. */
  readonly name: string;
  /** The file that plays a role where it is started with one. */
  readonly program: string;
  readonly pins: number;
  readonly screen: Screen;
}

/** What the live layer has come to. */
export interface LiveResults {
  readonly posted: Posted;
  readonly live: RunResult;
  /** Minutes that were not final when all was read. */
  readonly present: readonly PinWindow[];
}

interface Now {
  posted: number;
  live: Progress;
  archived: number;
}

/**
 * Posts everything to the API, while the live job and the archives work on what comes. The live job is killed in the
 * middle, and another process goes on. Ends when all that was posted is shown, and archived.
 */
export async function liveStage(stage: Stage): Promise<LiveResults> {
  const { pipeline, name, program, pins, screen } = stage;
  const now: Now = { posted: 0, live: { records: 0, checkpoint: -1, restored: -1 }, archived: 0 };
  const api = await startApi(program, name);
  const archives = startRole(program, 'archive', name, (said) => {
    if ('progress' in said) now.archived = said.progress.reduce((sum, { records }) => sum + records, 0);
  });
  let live = startLive(stage, now);
  const posting = postAll(api.url, pins, (posted) => {
    now.posted = posted;
    const counts = `posted ${count(now.posted)}, read ${count(now.live.records)}, archived ${count(now.archived)}`;
    screen.progress(stageLine(screen, 'live', `${bar(now.posted / pins, 20)}  ${counts}`));
  });
  await reached(() => now.live.records >= pins * 0.4 && now.live.checkpoint >= 1, live, archives);
  live.stop('SIGKILL');
  await live.ended;
  const { records } = now.live;
  screen.line(stageLine(screen, 'live', `killed (SIGKILL) at ${count(records)} pins, with others posted meanwhile`));
  live = startLive(stage, now);

  const posted = await posting;
  const { taken, refused, ms } = posted;
  const all = taken['/pin'] + taken['/geo'] + taken['/user'];
  const what = `${count(all)} posts acknowledged, ${count(refused)} refused (400)`;
  screen.line(stageLine(screen, 'post', what, ms, all + refused));
  await reached(() => now.live.records >= taken['/pin'] && now.archived >= all, live, archives);
  // A partition that is quiet for two seconds holds nobody up any more.
  await setTimeout(3500);
  const present = await presentWindows(pipeline);
  for (const each of [api.process, live, archives]) each.stop('SIGTERM');
  const [[result]] = (await Promise.all([live.ended, archives.ended, api.process.ended])) as [
    RunResult[],
    unknown,
    unknown,
  ];
  screen.line(
    stageLine(
      screen,
      'live',
      `resumed from checkpoint ${now.live.restored}, stopped at checkpoint ${result!.checkpoint}`,
    ),
  );
  screen.line(stageLine(screen, 'archive', `${count(now.archived)} records in three tables of the lake`));
  return { posted, live: result!, present };
}

function startLive({ program, name }: Stage, now: Now): RoleProcess {
  return startRole(program, 'live', name, (said) => {
    if ('progress' in said) now.live = said.progress[0]!;
  });
}

async function startApi(
  program: string,
  name: string,
): Promise<{ readonly url: string; readonly process: RoleProcess }> {
  let listening!: (url: string) => void;
  const url = new Promise<string>((resolve) => (listening = resolve));
  const process = startRole(program, 'api', name, (said: Said) => {
    if ('url' in said) listening(said.url);
  });
  const ended = process.ended.then(() => Promise.reject(new Error('The API has ended.')));
  return { url: await Promise.race([url, ended]), process };
}

/** Waits for something, unless a process that it depends on ends first. */
async function reached(condition: () => boolean, ...processes: readonly RoleProcess[]): Promise<void> {
  let ended: unknown;
  for (const { ended: end } of processes) {
    end.then(
      () => (ended ??= new Error('A process of the pipeline has ended too early.')),
      (error: unknown) => (ended ??= error),
    );
  }
  while (!condition()) {
    if (ended !== undefined) throw ended as Error;
    await setTimeout(20);
  }
}
