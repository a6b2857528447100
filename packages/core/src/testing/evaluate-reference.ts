import { having, need, requireArguments } from '../error/arguments.js';
import { nodeRunner } from '../graph/node-runner.js';
import { wakeUp } from '../job/wake-up.js';
import { emptyLedger, type LedgerCounts } from '../ledger/ledger.js';
import { silentLogger } from '../metrics/logger.js';
import type { PlanNode } from '../plan/node.js';
import type { ReferenceRejection, ReferenceResult, ReferenceRow } from '../plan/reference.js';
import { ancestorsOf, nodesOf, type PlanOutputs } from '../plan/walk.js';
import { systemClock } from '../time/clock.js';
import type { TimeLogEntry } from '../time/time-log.js';
import { batchOfRow, recordAt, rowsOfBatch } from './reference-rows.js';

/** What a source gives to the reference: its rows in order of partition and offset, and what could not be decoded. */
export interface ReferenceInput {
  readonly rows: readonly ReferenceRow[];
  readonly rejected: readonly ReferenceRejection[];
}

/** The right answer of a whole graph. */
export interface GraphReference {
  readonly outputs: ReadonlyMap<string, readonly ReferenceRow[]>;
  /** By node, so that ledgers can be compared operator by operator. */
  readonly results: ReadonlyMap<PlanNode, ReferenceResult>;
}

/**
 * The composition of the references of a graph's operators over (records, time log): slow, without batches between
 * rows, without watermarks, state or tasks. An operator without a reference of its own is a function of each row
 * alone, and is asked row by row.
 */
export async function evaluateReference(
  outputs: PlanOutputs,
  inputs: ReadonlyMap<string, ReferenceInput>,
  timeLog: readonly TimeLogEntry[],
): Promise<GraphReference> {
  requireArguments('evaluateReference', 'evaluateReference(outputs, inputs, timeLog)', [
    ['outputs', outputs, having('a Map of plan nodes', 'size', 'values')],
    ['inputs', inputs, having('a Map of inputs', 'get')],
    ['time log', timeLog, need.list],
  ]);
  const results = new Map<PlanNode, ReferenceResult>();
  for (const node of nodesOf(outputs.values())) results.set(node, await resultOf(node, results, inputs, timeLog));
  return {
    outputs: new Map([...outputs].map(([name, node]) => [name, results.get(node)!.rows])),
    results,
  };
}

async function resultOf(
  node: PlanNode,
  results: ReadonlyMap<PlanNode, ReferenceResult>,
  inputs: ReadonlyMap<string, ReferenceInput>,
  timeLog: readonly TimeLogEntry[],
): Promise<ReferenceResult> {
  const rowsIn = node.inputs.map((input) => results.get(input)!.rows);
  switch (node.role) {
    case 'source': {
      const input = inputs.get(node.label) ?? { rows: [], rejected: [] };
      const count = input.rows.length + input.rejected.length;
      const ledger = { ...emptyLedger(), in: count, taken: input.rows.length, rejected: input.rejected.length };
      return { ...input, late: [], ledger };
    }
    case 'exchange':
      return passed(rowsIn[0]!, emptyLedger());
    case 'late':
    case 'rejected':
      return passed(sideRows(node, results), emptyLedger());
    case 'operator': {
      if (node.reference === undefined) return await rowByRow(node, rowsIn);
      const reference = await node.reference();
      return reference(rowsIn, timeLog);
    }
  }
}

function passed(rows: readonly ReferenceRow[], ledger: LedgerCounts): ReferenceResult {
  return { rows, late: [], rejected: [], ledger };
}

// Only how many and which: the sentence and the operator of a side record are compared where they are made.
function sideRows(node: PlanNode, results: ReadonlyMap<PlanNode, ReferenceResult>): readonly ReferenceRow[] {
  const above = new Set(node.inputs.flatMap((input) => [...ancestorsOf(input)]));
  return [...above].flatMap((each) => {
    const result = results.get(each)!;
    return node.role === 'late' ? result.late : result.rejected.map(({ row }) => row);
  });
}

async function rowByRow(node: PlanNode, inputs: readonly (readonly ReferenceRow[])[]): Promise<ReferenceResult> {
  const rows: ReferenceRow[] = [];
  const rejected: ReferenceRejection[] = [];
  let current: ReferenceRow | undefined;
  const wake = wakeUp();
  const runner = nodeRunner({
    node,
    task: 0,
    tasks: 1,
    needed: new Set(Object.keys(node.schema.fields)),
    sides: { late() {}, rejected() {} },
    logger: silentLogger,
    answered: wake.now,
    onReject: (reasons) => rejected.push(...reasons.map(({ code, field }) => ({ row: current!, code, field }))),
  });
  runner.output.subscribe((signal) => {
    if (signal.kind !== 'batch') return;
    const { origin } = signal.batch;
    const record = origin === undefined ? current!.record : recordAt(origin.source, origin.records, 0);
    rows.push(...rowsOfBatch(node, signal.batch, record));
  });
  const { answers } = runner.hooks;
  for (const [i, input] of inputs.entries()) {
    for (const row of input) {
      current = row;
      const [taken, given] = [runner.ledger.taken, rows.length];
      runner.receive({ kind: 'batch', batch: batchOfRow(node.inputs[i]!, row) }, i);
      while (answers !== undefined && answers.underWay > 0) {
        await wake.wait(systemClock, 60_000);
        answers.deliver();
      }
      // It is its own reference, but not for what it says became of a row (law 3).
      if (runner.ledger.taken > taken !== rows.length > given) {
        throw new Error(`${node.label} counts a row as taken and passes nothing on, or the other way round`);
      }
    }
  }
  return { rows, late: [], rejected, ledger: runner.ledger };
}
