import type { Batch } from '../batch/batch.js';
import { millraceError } from '../error/millrace-error.js';
import type { EventClock, PendingAnswers } from '../flow/hooks.js';
import type { Signal } from '../flow/signal.js';
import { addLedger, emptyLedger, type LedgerCounts } from '../ledger/ledger.js';
import type { PlanNode } from '../plan/node.js';
import { ancestorsOf, nodeNames } from '../plan/walk.js';
import { regroup } from '../state/regroup.js';
import type { StateTables } from '../state/table.js';
import { earlyShows, type EarlyShows } from './early-shows.js';
import { firstFailure, type FirstFailure } from './first-failure.js';
import type { NodeRunner } from './node-runner.js';
import { wire, type GraphOptions, type Wiring } from './wiring.js';

/** A plan brought to life: every operator once per task, wired, and driven from outside. Nothing runs by itself. */
export interface GraphInstance {
  readonly tasks: number;
  /** The stable name of every operator. */
  readonly names: ReadonlyMap<PlanNode, string>;
  /** The first error of any operator or output; the driver checks it after every push. */
  readonly failure: { readonly error: unknown } | undefined;
  /** Pushes a signal out of a source, in one task, and drains the exchanges behind it. */
  push(source: PlanNode, task: number, signal: Signal): void;
  /** Puts aside records that the decoder refused. */
  reject(source: PlanNode, task: number, records: () => Batch): void;
  /**
   * The state of every operator that has one, by name and task, as of now: the cut of checkpoint `number`. Throws what
   * has failed before, if anything has.
   */
  snapshot(number: number): ReadonlyMap<string, readonly StateTables[]>;
  /** Gives an operator back its state, whatever number of tasks it was cut from. Before the first push. */
  restore(name: string, parts: readonly StateTables[]): void;
  /** Counts on from the ledgers of an earlier instance; what was pending there is counted by those who hold it. */
  countOn(ledgers: ReadonlyMap<string, LedgerCounts>): void;
  /** Delivers what waits in exchanges. */
  drain(): void;
  /** The clocks of every operator that sets event time, with the sources above it. */
  clocks(): readonly GraphClock[];
  /** What waits for answers from outside of the run, over all operators and tasks. */
  readonly answers: PendingAnswers;
  /** When early rows are shown, and the showing of them. */
  readonly early: EarlyShows;
  /** Per operator, summed over the tasks. */
  ledgers(): ReadonlyMap<string, LedgerCounts>;
  /** Rows that wait undecided for the watermark, and their bytes, over all operators and tasks. */
  held(): { readonly rows: number; readonly bytes: number };
  /** Rows of state per operator, summed over the tasks. */
  stateRows(): ReadonlyMap<string, number>;
  close(): void;
}

/** The clock of one `eventTime` in one task. */
export interface GraphClock {
  readonly timeName: string;
  readonly task: number;
  readonly sources: ReadonlySet<PlanNode>;
  readonly clock: EventClock;
}

/** Instantiates a plan. */
export function graphInstance(options: GraphOptions): GraphInstance {
  const failure = firstFailure();
  const wiring = wire(options, failure);
  const { subjects, exchanges, sides, runners, nodes } = wiring;
  const { tasks } = options;
  const names = nodeNames(options.outputs);
  const counted = new Map<string, LedgerCounts>();

  // Exchanges stand in topological order, so one pass delivers what a pull made; batches of a later exchange that are
  // made by it are delivered in the same pass.
  const drain = (): void => {
    for (const each of exchanges) while (failure.failed === undefined && each.drain());
  };

  const answers = answersOf(wiring, failure, drain);

  return {
    tasks,
    names,
    get failure() {
      return failure.failed;
    },
    push(source, task, signal) {
      failure.attempt(() => subjects.get(source)![task]!.next(signal));
      drain();
    },
    reject(source, task, records) {
      failure.attempt(() => sides[task]!.rejected(source, records));
      drain();
    },
    snapshot(number) {
      // What has failed is the reason, whoever asks for a snapshot behind it.
      if (failure.failed !== undefined) throw failure.failed.error;
      if (answers.underWay > 0) {
        throw millraceError('MILLRACE_INTERNAL', {
          problem: `checkpoint ${number} cuts between rows and their answers`,
        });
      }
      for (const { tap } of nodes) if (tap.observed) tap.next({ kind: 'barrier', number });
      return perName<StateTables[]>(
        wiring,
        names,
        ({ hooks }) => (hooks.snapshot === undefined ? undefined : [hooks.snapshot()]),
        (sum, each) => [...sum, ...each],
      );
    },
    restore(name, parts) {
      runners
        .filter((runner) => names.get(runner.node) === name)
        .forEach((runner, task) => runner.hooks.restore?.(regroup(parts, task, tasks)));
    },
    countOn(earlier) {
      for (const [name, counts] of earlier) counted.set(name, { ...counts, pending: 0 });
    },
    drain,
    clocks: () => clocksOf(wiring),
    answers,
    early: earlyShows(runners, options.logger),
    ledgers: () => ledgersOf(wiring, names, counted),
    held: () => heldBy(runners),
    stateRows: () =>
      perName<number>(
        wiring,
        names,
        ({ hooks }) => hooks.stateRows?.(),
        (sum, each) => sum + each,
      ),
    close() {
      for (const runner of runners) runner.hooks.close?.();
    },
  };
}

function answersOf({ runners }: Wiring, failure: FirstFailure, drain: () => void): PendingAnswers {
  const asking = runners.flatMap(({ hooks: { answers } }) => (answers === undefined ? [] : [answers]));
  return {
    get underWay() {
      return asking.reduce((sum, each) => sum + each.underWay, 0);
    },
    get full() {
      return asking.some((each) => each.full);
    },
    deliver() {
      for (const each of asking) failure.attempt(() => each.deliver());
      if (asking.length > 0) drain();
    },
  };
}

/** A value of every operator that has one, over its tasks, by its name. */
function perName<T>(
  { runners }: Wiring,
  names: ReadonlyMap<PlanNode, string>,
  value: (runner: NodeRunner) => T | undefined,
  add: (sum: T, each: T) => T,
): Map<string, T> {
  const sums = new Map<string, T>();
  for (const runner of runners) {
    const each = value(runner);
    if (each === undefined) continue;
    const name = names.get(runner.node)!;
    const sum = sums.get(name);
    sums.set(name, sum === undefined ? each : add(sum, each));
  }
  return sums;
}

function clocksOf({ runners }: Wiring): GraphClock[] {
  const tasks = new Map<PlanNode, number>();
  return runners.flatMap(({ node, hooks: { clock } }) => {
    if (clock === undefined) return [];
    const task = tasks.get(node) ?? 0;
    tasks.set(node, task + 1);
    const sources = new Set([...ancestorsOf(node)].filter(({ role }) => role === 'source'));
    return [{ timeName: node.timeName ?? node.label, task, sources, clock }];
  });
}

function ledgersOf(
  wiring: Wiring,
  names: ReadonlyMap<PlanNode, string>,
  counted: ReadonlyMap<string, LedgerCounts>,
): Map<string, LedgerCounts> {
  const sums = perName<LedgerCounts>(
    wiring,
    names,
    (runner) => ({ ...runner.ledger }),
    (sum, each) => {
      addLedger(sum, each);
      return sum;
    },
  );
  for (const [name, counts] of sums) addLedger(counts, counted.get(name) ?? emptyLedger());
  return sums;
}

function heldBy(runners: readonly NodeRunner[]): { readonly rows: number; readonly bytes: number } {
  let rows = 0;
  let bytes = 0;
  for (const { ledger, hooks } of runners) {
    rows += ledger.pending;
    bytes += hooks.heldBytes?.() ?? 0;
  }
  return { rows, bytes };
}
