import { memoryStore } from '../checkpoint/memory-store.js';
import { openLineage } from '../checkpoint/lineage.js';
import type { Manifest } from '../checkpoint/manifest.js';
import type { ObjectStore } from '../connector/object-store.js';
import type { Source } from '../connector/source.js';
import { need, optional, requireArguments } from '../error/arguments.js';
import { isMillraceError, millraceError } from '../error/millrace-error.js';
import { entryOfStored } from '../job/checkpointer.js';
import { planJob, type JobPlan } from '../job/job-plan.js';
import { faultPoints, faultPort, type FaultOptions, type FaultPoint } from '../job/faults.js';
import type { FlowsOf, Outputs, RunResult } from '../job/job.js';
import { startJob } from '../job/start-job.js';
import type { Schema } from '../schema/schema.js';
import type { TimeLogEntry } from '../time/time-log.js';
import { compareRun } from './compare-run.js';
import { evaluateReference } from './evaluate-reference.js';
import { randomOf, type Random } from './random.js';
import { referenceInputs, type VerifiedInput } from './reference-inputs.js';
import { runsOf, seedOf } from './seed.js';
import { testSink, type TestSink } from './test-sink.js';
import { testSource, type TestRecord } from './test-source.js';
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
  /** How many histories to run; multiplied by `MILLRACE_RUNS`. */
  readonly histories?: number;
}

/** What was verified. */
export interface VerifyReport {
  readonly seed: number;
  readonly histories: number;
  /** How often a run was ended at each fault point. */
  readonly crashes: { readonly [point in FaultPoint]: number };
  /** The result of the first history. */
  readonly result: RunResult;
}

/**
 * Holds a graph against its reference (law 2): runs it over the same records in many histories — other interleavings of
 * the partitions, batches of 1 to 8,192 rows, 1 to 4 tasks, a crash at every fault point and a restart with another
 * number of tasks — and compares outputs, late and rejected records, ledgers and digests bit for bit with the
 * composition of the operators' references over the same records and the run's own time log.
 *
 * Seeds are printed with what fails; `MILLRACE_SEED` replays one, `MILLRACE_RUNS` multiplies the histories.
 *
 * @throws Error naming seed, history and the first difference.
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
  // What is wrong with the graph is so in every history.
  planOf(verification, memoryStore(), randomOf(0), virtualClock(1));
  const seed = seedOf();
  const histories = runsOf(verification.histories ?? 12);
  const crashes = Object.fromEntries(faultPoints.map((point) => [point, 0])) as Record<FaultPoint, number>;
  let first: RunResult | undefined;
  for (let history = 0; history < histories; history++) {
    try {
      const result = await runHistory(verification, randomOf(seed + history * 7919), history, crashes);
      first ??= result;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`history ${history} with MILLRACE_SEED=${seed}: ${message}`, { cause: error });
    }
  }
  return { seed, histories, crashes, result: first! };
}

function checkVerification(verification: object): void {
  const example = "verify({ inputs: Pin, graph: (pins) => ({ pins }), records: [['{…}'], ['{…}']] })";
  requireArguments('verify', example, [['argument', verification, need.options]]);
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

async function runHistory<I extends VerifyInputs, O extends Outputs>(
  verification: Verification<I, O>,
  random: Random,
  history: number,
  crashes: Record<FaultPoint, number>,
): Promise<RunResult> {
  const store = memoryStore();
  const clock = virtualClock(1);
  const { plan, sinks, inputs } = planOf(verification, store, random, clock);
  // Every point is met in turn; the first history is undisturbed, and a crash comes at a random visit of its point.
  const point = history === 0 ? undefined : faultPoints[(history - 1) % faultPoints.length];
  let visits = random.below(4);
  let result: RunResult | undefined;
  for (let attempt = 0; result === undefined; attempt++) {
    const options: FaultOptions = {
      mode: 'live',
      tasks: 1 + random.below(4),
      batchRows: random.pick([1, 2, 7, 64, 8192]),
      checkpointEvery: `${random.pick([60, 300, 1000])}ms`,
      idleTimeout: `${random.pick([10, 40, 100])}ms`,
      maxHeld: random.pick([1, 50, 1_000_000]),
      clock,
      report: false,
      [faultPort]: (reached) => {
        if (reached !== point || visits-- !== 0) return;
        crashes[point]++;
        throw new Crash(point);
      },
    };
    try {
      result = await startJob(plan, options).done;
    } catch (error) {
      // After a crash behind the last publication the history is complete, and there is nothing left to run.
      if (isMillraceError(error, 'MILLRACE_LINEAGE_COMPLETE') && attempt > 0) break;
      if (!(error instanceof Crash)) throw error;
    }
    if (attempt > 3) throw millraceError('MILLRACE_INTERNAL', { problem: 'a history did not come to its end' });
  }
  const chain = await openLineage(store, plan.name, 'live', false);
  result ??= resultOf(chain.head!);
  const timeLog: TimeLogEntry[] = (await chain.history()).flatMap((manifest) => manifest.timeLog.map(entryOfStored));
  const reference = await evaluateReference(plan.outputs, referenceInputs(inputs), timeLog);
  compareRun(plan, result, sinks, reference);
  return result;
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

interface VerifiedPlan {
  readonly plan: JobPlan;
  readonly sinks: ReadonlyMap<string, TestSink>;
  readonly inputs: ReadonlyMap<string, VerifiedInput>;
}

function planOf<I extends VerifyInputs, O extends Outputs>(
  { inputs, graph, records, keyedBy = {} }: Verification<I, O>,
  store: ObjectStore,
  random: Random,
  clock: ReturnType<typeof virtualClock>,
): VerifiedPlan {
  const single = isSchema(inputs);
  const schemas: { readonly [input: string]: Schema } = single ? { source: inputs } : inputs;
  const lists = (single ? { source: records } : records) as { readonly [input: string]: VerifiedInput['records'] };
  const source = (name: string): Source => {
    const key = keyedBy[name];
    const options = key === undefined ? { random, clock } : { random, clock, keyedBy: key };
    return testSource(name, schemas[name]!, lists[name]!, options);
  };
  const sinks = new Map<string, TestSink>();
  // Outputs are not known before the graph was called: every name has a sink.
  const anySink = new Proxy(
    {},
    {
      get: (_, name: string) => {
        if (!sinks.has(name)) sinks.set(name, testSink(name));
        return sinks.get(name);
      },
      has: () => true,
      ownKeys: () => [],
    },
  );
  const plan = planJob({
    name: 'verified',
    sources: {
      live: single ? source('source') : Object.fromEntries(Object.keys(schemas).map((name) => [name, source(name)])),
    },
    graph: graph as never,
    sinks: anySink,
    checkpoints: store,
  });
  const entries = Object.keys(schemas).map(
    (name) => [name, { schema: schemas[name]!, records: lists[name]! }] as const,
  );
  return { plan, sinks, inputs: new Map(entries) };
}

function isSchema(inputs: VerifyInputs): inputs is Schema {
  const { fields } = inputs as { fields?: unknown };
  return typeof fields === 'object' && fields !== null && !('fields' in fields);
}
