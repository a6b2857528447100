import { memoryStore } from '../checkpoint/memory-store.js';
import type { Source } from '../connector/source.js';
import { need, optional, optionsOf, requireArguments } from '../error/arguments.js';
import { faultPoints, type FaultPoint } from '../job/faults.js';
import type { FlowsOf, Outputs, RunResult } from '../job/job.js';
import type { Schema } from '../schema/schema.js';
import { crashTally, type CrashTally } from './crash-tally.js';
import { randomOf, type Random } from './random.js';
import { liveHistory, replayHistory, type VerifiedHistory } from './run-history.js';
import { runsOf, seedOf } from './seed.js';
import type { TestRecord } from './test-source.js';
import { verifiedPlan, type VerifiedGraph } from './verified-plan.js';
import { virtualClock } from './virtual-clock.js';

/** Schemas of the inputs of a graph: one, or several by name. */
export type VerifyInputs = Schema | { readonly [input: string]: Schema };

type SourcesOf<I> =
  I extends Schema<infer F> ? Source<F> : { [K in keyof I]: I[K] extends Schema<infer F> ? Source<F> : never };

/** What to verify. */
export interface Verification<I extends VerifyInputs, O extends Outputs> {
  readonly inputs: I;
  readonly graph: (inputs: FlowsOf<SourcesOf<I>>) => O;
  /** Records per partition; by input where there are several. */
  readonly records: I extends Schema
    ? readonly (readonly TestRecord[])[]
    : { readonly [K in keyof I]: readonly (readonly TestRecord[])[] };
  /** The field that decides a record's partition, by input name (`source` for a single input). */
  readonly keyedBy?: { readonly [input: string]: string };
  /** How many live histories to run (12); multiplied by `MILLRACE_RUNS`. With fewer than 8 not every fault point has one. */
  readonly histories?: number;
}

/** What was verified. */
export interface VerifyReport {
  readonly seed: number;
  /** How many live histories were held against the reference; the last one was replayed as well. */
  readonly histories: number;
  /** How many live histories were ended at each fault point, and went on. */
  readonly crashes: { readonly [point in FaultPoint]: number };
  /** The fault points that no run comes to over these records, so that none can end there: without one, no batch. */
  readonly unvisited: readonly FaultPoint[];
  /** The result of the first history. */
  readonly result: RunResult;
}

/**
 * Holds a graph against its reference (law 2): runs it over the same records in many histories — other interleavings of
 * the partitions, batches of 1 to 8,192 rows, 1 to 4 tasks, a crash at every fault point and a restart with another
 * number of tasks (an input with one partition has one task), and a replay by a live run's time log — and compares
 * outputs, late and rejected records, ledgers and digests bit for bit with the composition of the operators' references
 * over the same records and the run's own time log.
 *
 * Seeds are printed with what fails; `MILLRACE_SEED` replays one, `MILLRACE_RUNS` multiplies the histories.
 *
 * @throws Error naming seed, history and the first difference; or the fault points to which runs came and at which none
 * was ended.
 * @example
 * ```ts
 * import { schema, utf8 } from '@millrace/core';
 * import { verify } from '@millrace/core/testing';
 *
 * const Pin = schema({ id: utf8 });
 * await verify({ inputs: Pin, graph: (pins) => ({ pins }), records: [['{"id":"a"}'], ['{"id":"b"}', '{"id":']] });
 * ```
 */
export async function verify<const I extends VerifyInputs, O extends Outputs>(
  verification: Verification<I, O>,
): Promise<VerifyReport> {
  checkVerification(verification);
  return verifyGraph(verification, verification.histories);
}

/** The same without types; `sourceIn` is for canaries. */
export async function verifyGraph(verified: VerifiedGraph, asked = 12): Promise<VerifyReport> {
  // What is wrong with the graph is so in every history.
  verifiedPlan(verified, { store: memoryStore(), random: randomOf(0), clock: virtualClock(1) });
  const seed = seedOf();
  const histories = runsOf(asked);
  const tally = crashTally();
  const naming = async <T>(what: string, run: () => Promise<T> | T): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`${what} with MILLRACE_SEED=${seed}: ${message}`, { cause: error });
    }
  };
  // The first history is undisturbed; then every point is met in turn.
  const pointOf = (i: number): FaultPoint | undefined =>
    i === 0 ? undefined : faultPoints[(i - 1) % faultPoints.length];
  let [first, last]: VerifiedHistory[] = [];
  for (let i = 0; i < histories; i++) {
    last = await naming(`history ${i}`, () => crashedHistory(verified, randomOf(seed + i * 7919), pointOf(i), tally));
    first ??= last;
  }
  await naming(`the replay of history ${histories - 1}`, () => replayHistory(last!));
  const met = faultPoints.slice(0, Math.max(0, histories - 1));
  await naming('verify', () => tally.check(met));
  const { crashes, unvisited } = tally;
  return { seed, histories, crashes, unvisited, result: first!.result };
}

/** A history with a crash at a random visit of `point`: a lower one where it had not so many, down to its first. */
async function crashedHistory(
  verified: VerifiedGraph,
  random: Random,
  point: FaultPoint | undefined,
  tally: CrashTally,
): Promise<VerifiedHistory> {
  let visit = point === undefined ? 0 : random.below(Math.min(4, tally.most(point)));
  for (;;) {
    const history = await liveHistory(verified, random, point === undefined ? undefined : { point, visit });
    for (const [each, visits] of history.visits) tally.visited(each, visits);
    if (point !== undefined && history.crashed) tally.crashed(point);
    if (point === undefined || history.crashed || visit === 0) return history;
    visit = random.below(history.visits.get(point) ?? 0);
  }
}

function checkVerification(verification: object): void {
  const example = "verify({ inputs: Pin, graph: (pins) => ({ pins }), records: [['{…}'], ['{…}']] })";
  requireArguments('verify', example, [
    ['argument', verification, optionsOf('inputs', 'graph', 'records', 'keyedBy', 'histories')],
  ]);
  const { inputs, graph, records, keyedBy, histories } = verification as Partial<Verification<VerifyInputs, Outputs>>;
  requireArguments('verify', example, [
    ['inputs', inputs, need.options],
    ['graph', graph, need.call],
    [
      'records',
      records,
      {
        text: 'a list of records per partition',
        accepts: (value) => need.list.accepts(value) || need.options.accepts(value),
      },
    ],
    ['keyedBy', keyedBy, optional(need.options)],
    ['histories', histories, optional(need.number)],
  ]);
}
