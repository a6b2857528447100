import { Subject } from 'rxjs';
import type { Batch } from '../batch/batch.js';
import { exchange, type Exchange } from '../exchange/exchange.js';
import type { Signal } from '../flow/signal.js';
import type { Logger } from '../metrics/logger.js';
import type { PlanNode } from '../plan/node.js';
import { ancestorsOf, neededColumns, nodesOf, type PlanOutputs } from '../plan/walk.js';
import type { FirstFailure } from './first-failure.js';
import { nodeRunner, type NodeRunner, type SideOutputs } from './node-runner.js';

/** What an instance is made of. */
export interface GraphOptions {
  readonly outputs: PlanOutputs;
  readonly tasks: number;
  readonly logger: Logger;
  /** Whether early rows are shown (no). */
  readonly early?: boolean;
  /** Called, at any time, when an operator that asks outside of the run has answers to deliver. */
  readonly answered?: () => void;
  /** Called with every signal of an output. */
  readonly onOutput: (output: string, task: number, signal: Signal) => void;
}

/** The subjects, operators and exchanges of an instance, all subscribed. */
export interface Wiring {
  readonly nodes: readonly PlanNode[];
  /** Per node, what each task emits. */
  readonly subjects: ReadonlyMap<PlanNode, readonly Subject<Signal>[]>;
  /** In topological order, the tasks of a node side by side. */
  readonly runners: readonly NodeRunner[];
  /** In topological order. */
  readonly exchanges: readonly Exchange[];
  readonly sides: readonly SideOutputs[];
}

/** Instantiates and subscribes everything before the first push. There is no feedback. */
export function wire(options: GraphOptions, failure: FirstFailure): Wiring {
  const { outputs, tasks, logger, early = false, answered = () => undefined } = options;
  const nodes = nodesOf(outputs.values());
  const needed = neededColumns(outputs);
  const subjects = new Map<PlanNode, readonly Subject<Signal>[]>();
  const runners: NodeRunner[] = [];
  const exchanges: Exchange[] = [];
  const sides = Array.from({ length: tasks }, (_, task) => sideOutputs(nodes, subjects, task));
  const listen = (node: PlanNode, next: (signal: Signal, task: number) => void): void => {
    subjects.get(node)!.forEach((subject, task) => {
      subject.subscribe((signal) => {
        failure.attempt(() => next(signal, task));
      });
    });
  };
  for (const node of nodes) {
    if (node.role === 'operator') {
      const instances = sides.map((side, task) =>
        nodeRunner({ node, task, tasks, needed: needed.get(node)!, sides: side, logger, early, answered }),
      );
      const own = instances.map(({ output }) => output);
      subjects.set(node, own);
      runners.push(...instances);
      node.inputs.forEach((input, i) => listen(input, (signal, task) => instances[task]!.receive(signal, i)));
      continue;
    }
    const own = Array.from({ length: tasks }, () => new Subject<Signal>());
    subjects.set(node, own);
    if (node.role !== 'exchange') continue;
    const between = exchange(node, own);
    exchanges.push(between);
    listen(node.inputs[0]!, (signal, task) => between.send(signal, task));
  }
  for (const [output, node] of outputs) listen(node, (signal, task) => options.onOutput(output, task, signal));
  for (const node of nodes) {
    listen(node, (signal) => {
      if (node.tap.observed) node.tap.next(signal);
    });
  }
  return { nodes, subjects, runners, exchanges, sides };
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
