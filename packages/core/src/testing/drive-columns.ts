import { having, need, optionsOf, requireArguments } from '../error/arguments.js';
import type { Column } from '../batch/column.js';
import { rowsOf } from '../batch/rows.js';
import { constantPartition, sourceOrder } from '../batch/source-order.js';
import type { Mode } from '../connector/sink.js';
import type { Flow } from '../flow/flow.js';
import { requireFlow } from '../flow/operate.js';
import { graphInstance } from '../graph/graph-instance.js';
import type { LedgerCounts } from '../ledger/ledger.js';
import { silentLogger } from '../metrics/logger.js';
import { sourceFlow } from '../plan/source-flow.js';
import { neededColumns } from '../plan/walk.js';
import type { Fields } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';
import { refuseWaiting } from './refuse-waiting.js';
import type { TestRow } from './test-sink.js';

/** A graph of one input and one output in one task, pushed by hand as the driver of a job pushes it. */
export interface ColumnDrive {
  /** The columns of the input that the graph reads: no others need be handed over. */
  readonly columns: ReadonlySet<string>;
  /** The next `length` records of partition 0, as columns. Throws what an operator threw. */
  push(columns: { readonly [field: string]: Column }, length: number): void;
  /** Ends the input: every window closes. Gives all rows of the output. */
  end(): readonly TestRow[];
  /** By operator name. */
  ledgers(): ReadonlyMap<string, LedgerCounts>;
}

/**
 * Brings a graph to life without source, decoder, checkpoints and sink, to measure what its operators cost and nothing
 * else. `keyedBy` declares the key of the input, as a source does.
 *
 * @example
 * ```ts
 * import { int32, schema } from '@millrace/core';
 * import { columnOf } from '@millrace/core/operate';
 * import { driveColumns } from '@millrace/core/testing';
 *
 * const drive = driveColumns(schema({ n: int32, unused: int32 }), (flow) => flow);
 * drive.push({ n: columnOf(int32, [1, 2]), unused: columnOf(int32, [0, 0]) }, 2);
 * console.log(drive.end().length); // 2
 * ```
 */
export function driveColumns<F extends Fields, O extends Fields>(
  schema: Schema<F>,
  graph: (flow: Flow<F>) => Flow<O, Mode>,
  options: { readonly keyedBy?: keyof F & string } = {},
): ColumnDrive {
  requireArguments('driveColumns', 'driveColumns(Pin, (pins) => pins.pipe(…))', [
    ['schema', schema, having('a schema', 'fields')],
    ['graph', graph, need.call],
    ['options', options, optionsOf('keyedBy')],
  ]);
  const { keyedBy } = options;
  const input = sourceFlow('source', schema, keyedBy);
  const output = graph(input);
  requireFlow('driveColumns', output);
  const { node } = output;
  const outputs = new Map([['out', node]]);
  const rows: TestRow[] = [];
  const instance = graphInstance({
    outputs,
    tasks: 1,
    logger: silentLogger,
    onOutput: (_output, _task, signal) => {
      if (signal.kind === 'batch') rows.push(...(rowsOf(node.schema.fields, signal.batch) as TestRow[]));
    },
  });
  const clocks = instance.clocks().map(({ clock }) => clock);
  for (const clock of clocks) {
    clock.assign('source', 0);
    clock.start();
  }
  const check = (): void => {
    if (instance.failure !== undefined) throw instance.failure.error;
    refuseWaiting('driveColumns', instance);
  };
  let offset = 0;
  return {
    columns: neededColumns(outputs).get(input.node)!,
    push(columns, length) {
      const offsets = new Float64Array(length);
      for (let row = 0; row < length; row++) offsets[row] = offset++;
      const order = sourceOrder('source', 0, offsets);
      const group = constantPartition(0, length);
      const batch = { length, selection: undefined, columns, time: undefined, order, group, origin: undefined };
      instance.push(input.node, 0, { kind: 'batch', batch });
      check();
    },
    end() {
      for (const clock of clocks) clock.advance('source', 0, Infinity);
      if (clocks.length === 0) instance.push(input.node, 0, { kind: 'watermark', time: Infinity });
      instance.drain();
      check();
      return rows;
    },
    ledgers: () => instance.ledgers(),
  };
}
