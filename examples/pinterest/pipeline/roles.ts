import { fork } from 'node:child_process';
import { once } from 'node:events';
import { start, stopOnSignals, type RunResult } from '@millrace/core';
import { ingestion } from '@millrace/connectors/http';
import { progressOf, watch, type Progress } from '../demo/progress.js';
import { addressesOf } from './addresses.js';
import { serverPipeline } from './pipeline.js';

// Each part of the pipeline is a process of its own, as it would be on machines of its own: the API, the live job, and the
// archives, whose long turns over Parquet files would keep others waiting.

/** What a process does. */
export type Role = 'api' | 'live' | 'archive';

/** What a process says. */
export type Said =
  { readonly url: string } | { readonly progress: readonly Progress[] } | { readonly results: readonly RunResult[] };

/** A process of the pipeline. */
export interface RoleProcess {
  /** Sends SIGTERM: it ends what it has begun. Sends SIGKILL: it does not. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** The results of its jobs, none of the API; `killed` where it was. */
  readonly ended: Promise<readonly RunResult[] | 'killed'>;
}

/** Starts `program` as such a process, which does not outlive this one. */
export function startRole(program: string, role: Role, name: string, said: (said: Said) => void): RoleProcess {
  const child = fork(program, [role, name], { env: { ...process.env, NODE_NO_WARNINGS: '1' } });
  let results: readonly RunResult[] = [];
  let killed = false;
  child.on('message', (message: Said) => {
    if ('results' in message) ({ results } = message);
    said(message);
  });
  const ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => {
    if (killed) return 'killed' as const;
    if (code === 0) return results;
    throw new Error(`The process of the ${role} has ended with ${signal ?? code}.`);
  });
  return {
    ended,
    stop(signal) {
      killed ||= signal === 'SIGKILL';
      child.kill(signal);
    },
  };
}

/** The body of such a process. */
export async function playRole(role: Role, name: string): Promise<void> {
  const pipeline = serverPipeline(addressesOf(process.env), name);
  try {
    await (role === 'api' ? serve(pipeline) : work(role === 'live' ? [pipeline.live] : pipeline.archives));
  } finally {
    await pipeline.close();
    if (process.connected) process.disconnect();
  }
}

function say(said: Said): void {
  process.send?.(said);
}

/** Takes posts until it is told to end. */
async function serve({ topics }: ReturnType<typeof serverPipeline>): Promise<void> {
  const api = ingestion({
    routes: { '/pin': { topic: topics.pin }, '/geo': { topic: topics.geo }, '/user': { topic: topics.user } },
  });
  const { url } = await api.listen(0);
  say({ url });
  await Promise.race([once(process, 'SIGTERM'), once(process, 'disconnect')]);
  await api.close();
}

/** Runs jobs until they are told to end. */
async function work(jobs: Parameters<typeof start>[0][]): Promise<void> {
  const handles = jobs.map((job) =>
    start(job, { mode: 'live', checkpointEvery: '1s', idleTimeout: '2s', report: false }),
  );
  for (const handle of handles) stopOnSignals(handle, ['SIGTERM']);
  process.once('disconnect', () => handles.forEach((handle) => void handle.stop()));
  const tell = (): void => say({ progress: handles.map((handle) => progressOf(handle.metrics())) });
  const unwatch = watch(tell);
  try {
    const results = await Promise.all(handles.map(({ done }) => done));
    tell();
    say({ results });
  } finally {
    unwatch();
  }
}
