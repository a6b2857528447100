import { having, need, optional, optionsOf, requireArguments } from '../error/arguments.js';
import { Flow } from '../flow/flow.js';
import type { Batch } from '../batch/batch.js';
import { columnsOf } from '../batch/build.js';
import { rowsOf } from '../batch/rows.js';
import { sourceOrder } from '../batch/source-order.js';
import type { Mode } from '../connector/sink.js';
import { graphInstance, type GraphInstance } from '../graph/graph-instance.js';
import type { LedgerCounts } from '../ledger/ledger.js';
import { silentLogger } from '../metrics/logger.js';
import type { PlanNode } from '../plan/node.js';
import { sourceFlow } from '../plan/source-flow.js';
import type { Fields, Row } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';
import { sideNode } from '../side/side-output.js';
import { refuseWaiting } from './refuse-waiting.js';

/** One thing that happens to the graph under test. */
export type FlowStep<F extends Fields> =
  /** Rows arrive as one batch of a partition (0), at the next offsets. */
  | { readonly rows: readonly Row<F>[]; readonly partition?: number }
  /** A whole batch arrives, as it is. */
  | { readonly batch: Batch; readonly task?: number }
  /** An entry of the time log raises a partition's watermark. */
  | { readonly advance: number; readonly partition: number }
  /** The input ends: every watermark goes to +∞. */
  | { readonly end: true }
  /** Early rows are shown, as if their period had passed. */
  | { readonly early: true }
  /** State is snapshotted, all instances are thrown away, and `tasks` new ones go on from it. */
  | { readonly restart: { readonly tasks: number } };

/** What came out. */
export interface FlowResult {
  /** Rows per output, in the order in which they came. */
  readonly outputs: { readonly [output: string]: readonly { readonly [field: string]: unknown }[] };
  readonly batches: { readonly [output: string]: readonly Batch[] };
  /** Early rows per output, in the order in which they came. */
  readonly early: { readonly [output: string]: readonly { readonly [field: string]: unknown }[] };
  /** Watermarks per output, in the order in which they came. */
  readonly watermarks: { readonly [output: string]: readonly number[] };
  readonly late: readonly { readonly [field: string]: unknown }[];
  readonly rejected: readonly { readonly [field: string]: unknown }[];
  /** By operator name. */
  readonly ledgers: { readonly [operator: string]: LedgerCounts };
  readonly stateRows: { readonly [operator: string]: number };
}

/** How many tasks and partitions to start with; the source's declared key. */
export interface FlowOptions {
  readonly tasks?: number;
  readonly partitions?: number;
  readonly keyedBy?: string;
}

/**
 * Runs a graph of one input without sources, sinks and checkpoints, step by step: the way to test an operator.
 *
 * @example
 * ```ts
 * import { schema, utf8 } from '@millrace/core';
 * import { runFlow } from '@millrace/core/testing';
 *
 * const Pin = schema({ id: utf8 });
 * const { outputs } = runFlow(Pin, (pins) => ({ pins }), [{ rows: [{ id: 'a' }] }, { end: true }]);
 * console.log(outputs['pins']); // [ { id: 'a' } ]
 * ```
 */
export function runFlow<F extends Fields>(
  schema: Schema<F>,
  graph: (flow: Flow<F>) => { readonly [output: string]: Flow<Fields, Mode> } | Flow<Fields, Mode>,
  steps: readonly FlowStep<F>[],
  options: FlowOptions = {},
): FlowResult {
  checkArguments(schema, graph, steps, options);
  const { tasks = 1, partitions = 1, keyedBy } = options;
  const input = sourceFlow('source', schema, keyedBy);
  const made = graph(input);
  const flows = made instanceof Flow ? { out: made } : made;
  const outputs = new Map<string, PlanNode>(Object.entries(flows).map(([name, flow]) => [name, flow.node]));
  const all = new Map(outputs);
  for (const role of ['late', 'rejected'] as const) all.set(`#${role}`, sideNode(role, [...outputs.values()]));

  const batches: Record<string, Batch[]> = Object.fromEntries([...all.keys()].map((name) => [name, []]));
  const early: Record<string, Batch[]> = Object.fromEntries([...outputs.keys()].map((name) => [name, []]));
  const watermarks: Record<string, number[]> = Object.fromEntries([...outputs.keys()].map((name) => [name, []]));
  const start = (count: number): GraphInstance =>
    graphInstance({
      outputs: all,
      tasks: count,
      logger: silentLogger,
      early: true,
      onOutput: (output, _, signal) => {
        if (signal.kind === 'batch') batches[output]!.push(signal.batch);
        else if (signal.kind === 'early') early[output]?.push(signal.batch);
        else if (signal.kind === 'watermark') watermarks[output]?.push(signal.time);
      },
    });

  const assign = (graph: GraphInstance): void => {
    for (const { clock, task } of graph.clocks()) {
      for (let p = 0; p < partitions; p++) if (p % graph.tasks === task) clock.assign('source', p);
      clock.start();
    }
  };
  const advance = (partition: number, time: number): void => {
    for (const { clock, task } of instance.clocks()) {
      if (partition % instance.tasks === task) clock.advance('source', partition, time);
    }
  };
  let instance = start(tasks);
  assign(instance);
  const offsets: number[] = [];
  for (const step of steps) {
    if ('rows' in step) {
      const partition = step.partition ?? 0;
      const from = offsets[partition] ?? 0;
      offsets[partition] = from + step.rows.length;
      const batch = sourceBatch(schema, step.rows, partition, from);
      instance.push(input.node, partition % instance.tasks, { kind: 'batch', batch });
    } else if ('batch' in step) {
      instance.push(input.node, step.task ?? 0, { kind: 'batch', batch: step.batch });
    } else if ('advance' in step) {
      advance(step.partition, step.advance);
    } else if ('end' in step) {
      for (let p = 0; p < partitions; p++) advance(p, Infinity);
      if (instance.clocks().length === 0) endTasks(instance, input.node);
    } else if ('early' in step) {
      instance.early.show(Infinity);
    } else {
      instance = restart(instance, start, step.restart.tasks, assign);
    }
    instance.drain();
    if (instance.failure !== undefined) throw instance.failure.error;
    refuseWaiting('runFlow', instance);
  }
  return resultOf(instance, all, batches, early, watermarks);
}

// Without event time nobody else says that the input has ended.
function endTasks(instance: GraphInstance, input: PlanNode): void {
  for (let task = 0; task < instance.tasks; task++) instance.push(input, task, { kind: 'watermark', time: Infinity });
}

function resultOf(
  instance: GraphInstance,
  outputs: ReadonlyMap<string, PlanNode>,
  batches: Readonly<Record<string, Batch[]>>,
  early: Readonly<Record<string, Batch[]>>,
  watermarks: Readonly<Record<string, number[]>>,
): FlowResult {
  const rows = (name: string, of = batches): { readonly [field: string]: unknown }[] =>
    of[name]!.flatMap((batch) => rowsOf(outputs.get(name)!.schema.fields, batch));
  return {
    outputs: Object.fromEntries(Object.keys(watermarks).map((name) => [name, rows(name)])),
    early: Object.fromEntries(Object.keys(early).map((name) => [name, rows(name, early)])),
    batches,
    watermarks,
    late: rows('#late'),
    rejected: rows('#rejected'),
    ledgers: Object.fromEntries(instance.ledgers()),
    stateRows: Object.fromEntries(instance.stateRows()),
  };
}

function restart(
  old: GraphInstance,
  start: (tasks: number) => GraphInstance,
  tasks: number,
  assign: (graph: GraphInstance) => void,
): GraphInstance {
  const snapshot = old.snapshot(0);
  const next = start(tasks);
  for (const [name, perTask] of snapshot) next.restore(name, perTask);
  next.countOn(old.ledgers());
  assign(next);
  return next;
}

function sourceBatch<F extends Fields>(
  schema: Schema<F>,
  rows: readonly Row<F>[],
  partition: number,
  from: number,
): Batch {
  return {
    length: rows.length,
    selection: undefined,
    columns: columnsOf(schema.fields, rows),
    time: undefined,
    order: sourceOrder(
      'source',
      partition,
      Float64Array.from(rows, (_, i) => from + i),
    ),
    group: new Int32Array(rows.length).fill(partition),
    origin: undefined,
  };
}

function checkArguments(schema: unknown, graph: unknown, steps: unknown, options: unknown): void {
  requireArguments('runFlow', 'runFlow(Pin, (pins) => pins.pipe(…), [{ rows: […] }])', [
    ['schema', schema, having('a schema', 'fields')],
    ['graph', graph, need.call],
    ['steps', steps, need.objects],
    ['options', options, optionsOf('tasks', 'partitions', 'keyedBy')],
  ]);
  const { tasks, partitions, keyedBy } = options as FlowOptions;
  requireArguments('runFlow', 'runFlow(Pin, graph, steps, { tasks: 2 })', [
    ['tasks', tasks, optional(need.number)],
    ['partitions', partitions, optional(need.number)],
    ['keyedBy', keyedBy, optional(need.text)],
  ]);
}
