import { Subject, type Observer } from 'rxjs';
import type { Batch } from '../batch/batch.js';
import { millraceError } from '../error/millrace-error.js';
import { exchange, type Exchange } from '../exchange/exchange.js';
import type { EventClock } from '../flow/hooks.js';
import type { Signal } from '../flow/signal.js';
import { addLedger, emptyLedger, type LedgerCounts } from '../ledger/ledger.js';
import type { Logger } from '../metrics/logger.js';
import type { PlanNode } from '../plan/node.js';
import { ancestorsOf, neededColumns, nodeNames, nodesOf, type PlanOutputs } from '../plan/walk.js';
import { regroup } from '../state/regroup.js';
import type { StateTables } from '../state/table.js';
import { nodeRunner, type NodeRunner, type SideOutputs } from './node-runner.js';

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
  /** Tells every operator the time of the run's clock. */
  tick(nowMs: number): void;
  /** The state of every operator that has one, by name and task, as of now: the cut of checkpoint `number`. */
  snapshot(number: number): ReadonlyMap<string, readonly StateTables[]>;
  /** Gives an operator back its state, whatever number of tasks it was cut from. Before the first push. */
  restore(name: string, parts: readonly StateTables[]): void;
  /** Counts on from the ledgers of an earlier instance; what was pending there is counted by those who hold it. */
  countOn(ledgers: ReadonlyMap<string, LedgerCounts>): void;
  /** Delivers what waits in exchanges. */
  drain(): void;
  /** The clocks of every operator that sets event time, with the sources above it. */
  clocks(): readonly GraphClock[];
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

/** What an instance is made of. */
export interface GraphOptions {
  readonly outputs: PlanOutputs;
  readonly tasks: number;
  readonly logger: Logger;
  /** Called with every signal of an output. */
  readonly onOutput: (output: string, task: number, signal: Signal) => void;
}

/** Instantiates a plan. Everything is subscribed before the first push; there is no feedback. */
export function graphInstance({ outputs, tasks, logger, onOutput }: GraphOptions): GraphInstance {
  const nodes = nodesOf(outputs.values());
  const needed = neededColumns(outputs);
  const names = nodeNames(outputs);
  let failure: { readonly error: unknown } | undefined;

  // RxJS reports what a subscriber throws later and to nobody we know: the first error is kept here instead, and
  // nothing moves after it.
  const guarded = (next: (signal: Signal) => void): Partial<Observer<Signal>> => ({
    next: (signal) => {
      if (failure !== undefined) return;
      try {
        next(signal);
      } catch (error) {
        failure ??= { error };
      }
    },
  });

  const subjects = new Map<PlanNode, readonly Subject<Signal>[]>();
  const runners: NodeRunner[] = [];
  const counted = new Map<string, LedgerCounts>();
  const exchanges: Exchange[] = [];
  const sides = Array.from({ length: tasks }, (_, task) => sideOutputs(nodes, subjects, task));
  for (const node of nodes) {
    if (node.role === 'operator') {
      const instances = Array.from({ length: tasks }, (_, task) =>
        nodeRunner({ node, task, tasks, needed: needed.get(node)!, sides: sides[task]!, logger }),
      );
      subjects.set(
        node,
        instances.map((runner) => runner.output),
      );
      runners.push(...instances);
      node.inputs.forEach((input, i) =>
        instances.forEach((runner, task) =>
          subjects.get(input)![task]!.subscribe(guarded((signal) => runner.receive(signal, i))),
        ),
      );
      continue;
    }
    const own = Array.from({ length: tasks }, () => new Subject<Signal>());
    subjects.set(node, own);
    if (node.role === 'exchange') {
      const between = exchange(node, own);
      exchanges.push(between);
      subjects.get(node.inputs[0]!)!.forEach((input, task) => {
        input.subscribe(guarded((signal) => between.send(signal, task)));
      });
    }
  }
  for (const [output, node] of outputs) {
    subjects
      .get(node)!
      .forEach((subject, task) => subject.subscribe(guarded((signal) => onOutput(output, task, signal))));
  }
  for (const node of nodes) {
    for (const subject of subjects.get(node)!) {
      subject.subscribe((signal) => {
        if (node.tap.observed) node.tap.next(signal);
      });
    }
  }

  // Exchanges stand in topological order, so one pass delivers what a pull made; batches of a later exchange that are
  // made by it are delivered in the same pass.
  const drain = (): void => {
    for (const each of exchanges) while (failure === undefined && each.drain());
  };
  const attempt = (action: () => void): void => {
    if (failure !== undefined) return;
    try {
      action();
    } catch (error) {
      failure ??= { error };
    }
  };
  const perNode = <T>(
    value: (runner: NodeRunner) => T | undefined,
    add: (sum: T | undefined, each: T) => T,
  ): Map<string, T> => {
    const sums = new Map<string, T>();
    for (const runner of runners) {
      const each = value(runner);
      const name = names.get(runner.node)!;
      if (each !== undefined) sums.set(name, add(sums.get(name), each));
    }
    return sums;
  };

  return {
    tasks,
    names,
    get failure() {
      return failure;
    },
    push(source, task, signal) {
      attempt(() => subjects.get(source)![task]!.next(signal));
      drain();
    },
    reject(source, task, records) {
      attempt(() => sides[task]!.rejected(source, records));
      drain();
    },
    tick(nowMs) {
      for (const runner of runners) attempt(() => runner.hooks.tick?.(nowMs));
      drain();
    },
    snapshot(number) {
      if (failure !== undefined)
        throw millraceError('MILLRACE_INTERNAL', { problem: 'a snapshot was taken after an error' });
      for (const { tap } of nodes) if (tap.observed) tap.next({ kind: 'barrier', number });
      return perNode<StateTables[]>(
        (runner) => (runner.hooks.snapshot === undefined ? undefined : [runner.hooks.snapshot()]),
        (sum, each) => [...(sum ?? []), ...each],
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
    clocks() {
      return runners.flatMap((runner, i) => {
        const { clock } = runner.hooks;
        if (clock === undefined) return [];
        const sources = new Set([...ancestorsOf(runner.node)].filter((node) => node.role === 'source'));
        const task = runners.slice(0, i).filter((each) => each.node === runner.node).length;
        return [{ timeName: runner.node.timeName ?? runner.node.label, task, sources, clock }];
      });
    },
    ledgers() {
      const sums = perNode<LedgerCounts>(
        (runner) => ({ ...runner.ledger }),
        (sum = emptyLedger(), each) => {
          addLedger(sum, each);
          return sum;
        },
      );
      for (const [name, counts] of sums) addLedger(counts, counted.get(name) ?? emptyLedger());
      return sums;
    },
    held() {
      let rows = 0;
      let bytes = 0;
      for (const { ledger, hooks } of runners) {
        rows += ledger.pending;
        bytes += hooks.heldBytes?.() ?? 0;
      }
      return { rows, bytes };
    },
    stateRows: () =>
      perNode<number>(
        (runner) => runner.hooks.stateRows?.(),
        (sum = 0, each) => sum + each,
      ),
    close() {
      for (const runner of runners) runner.hooks.close?.();
    },
  };
}

// A side output receives from every operator above it. Where nothing listens no side record is made.
function sideOutputs(
  nodes: readonly PlanNode[],
  subjects: ReadonlyMap<PlanNode, readonly Subject<Signal>[]>,
  task: number,
): SideOutputs {
  const listeners = nodes
    .filter((node) => node.role === 'late' || node.role === 'rejected')
    .map((node) => ({ node, above: new Set(node.inputs.flatMap((input) => [...ancestorsOf(input)])) }));
  const send = (role: 'late' | 'rejected', from: PlanNode, records: () => Batch): void => {
    for (const { node, above } of listeners) {
      if (node.role === role && above.has(from)) subjects.get(node)![task]!.next({ kind: 'batch', batch: records() });
    }
  };
  return {
    late: (node, records) => send('late', node, records),
    rejected: (node, records) => send('rejected', node, records),
  };
}
