import type { Chain } from '../checkpoint/chain.js';
import { openDomain, openLineage } from '../checkpoint/lineage.js';
import type { Manifest, SourceCut } from '../checkpoint/manifest.js';
import { memoryStore } from '../checkpoint/memory-store.js';
import { planChange } from '../checkpoint/plan-change.js';
import type { ObjectStore } from '../connector/object-store.js';
import { millraceError, type MillraceError } from '../error/millrace-error.js';
import type { Domain } from '../group/domain.js';
import { nodeNames } from '../plan/walk.js';
import type { TimeLogEntry } from '../time/time-log.js';
import { entryOfStored } from './checkpointer.js';
import type { JobPlan } from './job-plan.js';
import type { RunOptions } from './job.js';
import type { RunSettings } from './run-settings.js';

// Without a store of its own a job value keeps its history as long as it lives itself, so that a second run in the same
// process goes on.
const inProcess = new WeakMap<JobPlan, ObjectStore>();

/** The history that a run goes on with, or begins. */
export interface History {
  readonly chain: Chain;
  /** The checkpoint to go on from; undefined for a new history. */
  readonly head: Manifest | undefined;
  /** The replay's history that a new one of `both` takes the place of. */
  readonly insteadOf: string | undefined;
  /** The time log that a replay has to decide by. */
  readonly timeLog: readonly TimeLogEntry[];
  /** The first manifest of the history that this one is a domain of. */
  readonly root?: Manifest;
}

/** Finds the history of a run and compares the graph with its last checkpoint (law 10). */
export async function openHistory(plan: JobPlan, settings: RunSettings, options: RunOptions): Promise<History> {
  const { mode, logger } = settings;
  let store = plan.checkpoints ?? inProcess.get(plan);
  if (store === undefined) {
    store = memoryStore();
    inProcess.set(plan, store);
  }
  if (plan.checkpoints === undefined) {
    logger.warn(
      { job: plan.name },
      "Checkpoints are kept in this process only: give the job checkpoints: folder('…') to survive a crash.",
    );
  }
  if (settings.domain !== undefined) return domainHistory(store, plan, settings.domain, options);
  const live = await openLineage(store, plan.name, 'live', settings.fresh && mode !== 'replay');
  const replay = await openLineage(store, plan.name, 'replay', settings.fresh && mode === 'replay');
  const replayed = mode === 'both' && ownsSinks(replay.head, live.head) ? replay.head.lineage : undefined;
  const insteadOf = settings.fresh ? replayed : undefined;
  const chain = mode === 'replay' || (replayed !== undefined && insteadOf === undefined) ? replay : live;
  if (chain.head?.spread === true) throw spreadOnly(plan, 'is left out');
  if (chain.head !== undefined) checkPlan(plan, chain.head, options.dropState ?? []);
  return { chain, head: chain.head, insteadOf, timeLog: await givenTimeLog(options, settings, chain, live) };
}

/** The history of one domain of a spread job. */
async function domainHistory(store: ObjectStore, plan: JobPlan, domain: Domain, options: RunOptions): Promise<History> {
  const { chain, root } = (await openDomain(store, plan.name, 'live', domain.name))!;
  if (chain.head !== undefined) checkPlan(plan, chain.head, options.dropState ?? []);
  return { chain, head: chain.head, insteadOf: undefined, timeLog: [], root };
}

/** Why a job whose history is one of many chains cannot be run by one process. */
export function spreadOnly({ name, where }: JobPlan, problem: string): MillraceError {
  const data = {
    subject: `run of job "${name}"`,
    option: 'group',
    problem: `${problem}, and the checkpoints of this history are kept by partition`,
    fix: "Run it in its group with the graph that it had, or without one and lineage: 'new'.",
  };
  return millraceError('MILLRACE_OPTION_INVALID', data, { where });
}

/** Whether a replay has swapped its results in, and the live history has not done the same since or taken its place. */
function ownsSinks(replay: Manifest | undefined, live: Manifest | undefined): replay is Manifest {
  if (replay?.replaced !== true || live?.insteadOf === replay.lineage) return false;
  return live?.replaced !== true || live.createdAt < replay.createdAt;
}

async function givenTimeLog(
  { timeLog }: RunOptions,
  { mode }: RunSettings,
  chain: Chain,
  live: Chain,
): Promise<readonly TimeLogEntry[]> {
  if (timeLog !== undefined) return timeLog;
  if (mode === 'live' || chain === live) return [];
  const entries = (await live.history()).flatMap((manifest) => manifest.timeLog.map(entryOfStored));
  // What goes on after the lake has no end there.
  return mode === 'both' ? entries.filter(({ watermark }) => watermark < Infinity) : entries;
}

// State that nothing takes up is as lost as state that is misread: rows that wait in it would never come out.
function checkPlan(plan: JobPlan, head: Manifest, dropState: readonly string[]): void {
  const { incompatible, dropped, new: added } = planChange(nodeNames(plan.outputs), head.state);
  const lost = dropped.filter(({ name, rows }) => rows > 0 && !dropState.includes(name));
  const changes = [
    ...incompatible,
    ...lost.map(({ name, rows }) => `${name} is gone, with ${rows} ${rows === 1 ? 'row' : 'rows'} of state`),
    ...(lost.length > 0 ? added.map((name) => `${name} is new`) : []),
  ];
  if (incompatible.length === 0 && lost.length === 0) return;
  const data = { job: plan.name, changes, lost: lost.map(({ name }) => name) };
  throw millraceError('MILLRACE_PLAN_INCOMPATIBLE', data, { where: plan.where });
}

/** Refuses an input that is not what the checkpoint has read. */
export function checkIdentity(label: string, identity: string, cut: SourceCut | undefined): void {
  if (cut === undefined || cut.identity === identity) return;
  throw millraceError('MILLRACE_SOURCE_CHANGED', { source: label, was: cut.identity, is: identity });
}
