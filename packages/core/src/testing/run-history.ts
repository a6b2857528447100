import { openLineage } from '../checkpoint/lineage.js';
import type { Manifest } from '../checkpoint/manifest.js';
import { memoryStore } from '../checkpoint/memory-store.js';
import { isMillraceError, millraceError } from '../error/millrace-error.js';
import { entryOfStored } from '../job/checkpointer.js';
import { faultPoints, faultPort, type FaultOptions, type FaultPoint } from '../job/faults.js';
import type { RunResult } from '../job/job.js';
import { startJob } from '../job/start-job.js';
import { compareRun } from './compare-run.js';
import { evaluateReference, type GraphReference } from './evaluate-reference.js';
import type { Random } from './random.js';
import { referenceInputs } from './reference-inputs.js';
import { testSink } from './test-sink.js';
import { verifiedPlan, type VerifiedGraph, type VerifiedPlace, type VerifiedPlan } from './verified-plan.js';
import { virtualClock } from './virtual-clock.js';

/** The visit of a fault point at which a run is ended, from 0. */
export interface PlannedCrash {
  readonly point: FaultPoint;
  readonly visit: number;
}

/** A history that came to its end and was what its reference says. */
export interface VerifiedHistory {
  readonly result: RunResult;
  /** Whether it was ended on the way, and went on from there. */
  readonly crashed: boolean;
  /** How often its first run came to each fault point. */
  readonly visits: ReadonlyMap<FaultPoint, number>;
  /** What a replay needs of it. */
  readonly place: VerifiedPlace;
  readonly planned: VerifiedPlan;
  readonly reference: GraphReference;
  /** The number of tasks of its last run. */
  readonly tasks: number;
}

/** Runs a live history, maybe with a crash, and holds it against its reference over the records and its own time log. */
export async function liveHistory(
  verified: VerifiedGraph,
  random: Random,
  crash: PlannedCrash | undefined,
): Promise<VerifiedHistory> {
  const place = { store: memoryStore(), random, clock: virtualClock(1) };
  const planned = verifiedPlan(verified, place);
  const ended = await runToEnd(planned, place, { mode: 'live' }, crash, undefined);
  const chain = await openLineage(place.store, planned.plan.name, 'live', false);
  const timeLog = (await chain.history()).flatMap((manifest) => manifest.timeLog.map(entryOfStored));
  const reference = await evaluateReference(planned.plan.outputs, referenceInputs(planned.inputs), timeLog);
  compareRun(planned.plan, ended.result, planned.sinks, reference);
  return { ...ended, place, planned, reference };
}

/**
 * Replays the records of a history with the time log that it has left in its checkpoints, into other sinks and through a
 * crash, and holds it against the same reference (law 1).
 */
export async function replayHistory({ place, planned, reference, tasks }: VerifiedHistory): Promise<void> {
  const { random } = place;
  const sinks = new Map([...planned.plan.outputs.keys()].map((output) => [output, testSink(output)]));
  const crash = { point: random.pick(faultPoints), visit: random.below(2) };
  const options = { mode: 'replay', sinks: Object.fromEntries(sinks) as never } as const;
  const { result } = await runToEnd(planned, place, options, crash, tasks);
  compareRun(planned.plan, result, sinks, reference);
}

type Ended = Pick<VerifiedHistory, 'result' | 'crashed' | 'visits' | 'tasks'>;

async function runToEnd(
  { plan, inputs }: VerifiedPlan,
  { store, random, clock }: VerifiedPlace,
  given: Pick<FaultOptions, 'mode' | 'sinks'>,
  crash: PlannedCrash | undefined,
  tasksBefore: number | undefined,
): Promise<Ended> {
  // More tasks than an input has partitions are not made.
  const most = Math.min(...[...inputs.values()].map(({ records }) => Math.max(1, records.length)));
  const visits = new Map<FaultPoint, number>();
  let [crashed, tasks] = [false, tasksBefore];
  const reach = (point: FaultPoint): void => {
    if (crashed) return;
    const visit = visits.get(point) ?? 0;
    visits.set(point, visit + 1);
    if (point === crash?.point && visit === crash.visit) throw new Crash(point);
  };
  for (;;) {
    const before = tasks;
    tasks = otherTasks(random, most, before);
    try {
      const options: FaultOptions = { ...given, ...drawnOptions(random), clock, tasks, [faultPort]: reach };
      const result = await startJob(plan, options).done;
      const missed = !crashed && crash !== undefined && (visits.get(crash.point) ?? 0) > crash.visit;
      if (missed) throw new Error(`a run went on behind a crash at "${crash.point}"`);
      return { result, crashed, visits, tasks };
    } catch (error) {
      // After a crash behind the last publication the history is complete, and there is nothing left to run.
      if (isMillraceError(error, 'MILLRACE_LINEAGE_COMPLETE') && crashed) {
        const { head } = await openLineage(store, plan.name, given.mode === 'replay' ? 'replay' : 'live', false);
        return { result: resultOf(head!), crashed, visits, tasks: before! };
      }
      if (!(error instanceof Crash)) throw error;
      if (crashed) throw millraceError('MILLRACE_INTERNAL', { problem: 'a history did not come to its end' });
      crashed = true;
    }
  }
}

function drawnOptions(random: Random): Omit<FaultOptions, 'mode'> {
  return {
    batchRows: random.pick([1, 2, 7, 64, 8192]),
    checkpointEvery: `${random.pick([60, 300, 1000])}ms`,
    idleTimeout: `${random.pick([10, 40, 100])}ms`,
    maxHeld: random.pick([1, 50, 1_000_000]),
    report: false,
  };
}

/** A number of tasks with which a run has another number of them than `before`, where there can be another one. */
function otherTasks(random: Random, most: number, before: number | undefined): number {
  const counts = [1, 2, 3, 4];
  const made = (tasks: number): number => Math.min(tasks, most);
  const others = counts.filter((tasks) => before === undefined || made(tasks) !== made(before));
  return random.pick(others.length > 0 ? others : counts);
}

/** What the run that wrote the last manifest would have returned, had it lived. */
function resultOf({ job, number, outputs, ledgers }: Manifest): RunResult {
  return { job, ended: 'end', checkpoint: number, outputs, ledger: ledgers, report: '' };
}

class Crash extends Error {
  constructor(point: FaultPoint) {
    super(`crashed at "${point}"`);
  }
}
