import { bareBatch } from '../batch/batch.js';
import { columnsOf } from '../batch/build.js';
import { digestOf, type DigestValue } from '../digest/digest.js';
import type { JobPlan } from '../job/job-plan.js';
import type { RunResult } from '../job/job.js';
import { addLedger, emptyLedger, ledgerBalances, type LedgerCounts } from '../ledger/ledger.js';
import type { PlanNode } from '../plan/node.js';
import type { ReferenceRow } from '../plan/reference.js';
import { ancestorsOf, nodeNames } from '../plan/walk.js';
import type { GraphReference } from './evaluate-reference.js';
import type { TestRow, TestSink } from './test-sink.js';

/** Throws at the first thing in which a run differs from its reference. */
export function compareRun(
  plan: JobPlan,
  result: RunResult,
  sinks: ReadonlyMap<string, TestSink>,
  reference: GraphReference,
): void {
  compareLedgers(plan, result, reference);
  for (const [output, node] of plan.outputs) {
    const shown = sinks.get(output)!.rows;
    if (node.role === 'late' || node.role === 'rejected') compareSides(output, node, shown, reference);
    else compareOutput(output, node, shown, reference.outputs.get(output)!, result.outputs[output]!);
  }
}

function compareOutput(
  output: string,
  node: PlanNode,
  shown: readonly TestRow[],
  expected: readonly ReferenceRow[],
  result: { readonly rows: number; readonly digest: string },
): void {
  const rows = expected.map(({ row }) => row);
  const actual = node.mode === 'upsert' ? lastPerKey(shown, node.key!) : shown;
  compareTexts(`output "${output}"`, actual.map(rowText), rows.map(rowText));
  const digest = digestOfRows(node, rows);
  if (digest.rows !== result.rows || digest.hash !== result.digest) {
    throw new Error(
      `output "${output}" has the digest ${result.rows} ${result.digest}, and its reference ${digest.rows} ${digest.hash}`,
    );
  }
}

// What is known of a side record to the reference: which record, by whom, and why.
function compareSides(output: string, node: PlanNode, shown: readonly TestRow[], { results }: GraphReference): void {
  const above = [...new Set(node.inputs.flatMap((input) => [...ancestorsOf(input)]))];
  const expected = above.flatMap((each) => {
    const { late, rejected } = results.get(each)!;
    const operator = each.role === 'source' ? 'source' : each.label;
    const all = node.role === 'late' ? late.map((row) => ({ row, code: 'MILLRACE_LATE', field: '' })) : rejected;
    return all.map(({ row, code, field }) => sideText(operator, placeOf(row), code, field));
  });
  const actual = shown.map(({ operator, source, partition, offset, code, field }) =>
    sideText(String(operator), [source, partition, offset], String(code), String(field)),
  );
  compareTexts(`output "${output}"`, actual, expected);
}

function placeOf({ record, order }: ReferenceRow): readonly unknown[] {
  if (record !== undefined) return [record.source, record.partition, record.offset];
  return order.length < 3 ? ['', -1, -1] : order.slice(0, 3);
}

function sideText(operator: string, place: readonly unknown[], code: string, field: string): string {
  return [operator, ...place.map(String), code, field].join(' ');
}

function compareLedgers(plan: JobPlan, result: RunResult, { results }: GraphReference): void {
  const names = nodeNames(plan.outputs);
  const expected = new Map<string, LedgerCounts>();
  for (const [node, { ledger }] of results) {
    if (node.role !== 'operator' && node.role !== 'source') continue;
    const name = names.get(node)!;
    const sum = expected.get(name) ?? emptyLedger();
    addLedger(sum, ledger);
    expected.set(name, sum);
  }
  for (const [name, counts] of expected) {
    const actual = result.ledger[name];
    if (actual === undefined) throw new Error(`${name} has no ledger`);
    if (!ledgerBalances(actual)) throw new Error(`the ledger of ${name} does not balance: ${JSON.stringify(actual)}`);
    if (rowText({ ...actual }) !== rowText({ ...counts })) {
      throw new Error(
        `the ledger of ${name} is ${JSON.stringify(actual)}, and its reference's ${JSON.stringify(counts)}`,
      );
    }
  }
}

function lastPerKey(rows: readonly TestRow[], key: readonly string[]): readonly TestRow[] {
  return [
    ...new Map(rows.map((row) => [rowText(Object.fromEntries(key.map((field) => [field, row[field]]))), row])).values(),
  ];
}

function compareTexts(what: string, actual: readonly string[], expected: readonly string[]): void {
  const counts = new Map<string, number>();
  for (const text of expected) counts.set(text, (counts.get(text) ?? 0) + 1);
  for (const text of actual) counts.set(text, (counts.get(text) ?? 0) - 1);
  const missing = [...counts].find(([, count]) => count > 0);
  const extra = [...counts].find(([, count]) => count < 0);
  if (missing === undefined && extra === undefined) return;
  const parts = [`${what} has ${actual.length} rows, and its reference ${expected.length}`];
  if (missing !== undefined) parts.push(`missing ${missing[0]}`);
  if (extra !== undefined) parts.push(`too much ${extra[0]}`);
  throw new Error(parts.join('; '));
}

function digestOfRows(node: PlanNode, rows: readonly TestRow[]): DigestValue {
  const digest = digestOf(node.schema);
  digest.add(bareBatch(columnsOf(node.schema.fields, rows), rows.length));
  return digest.value();
}

/** A row as text in which equal rows are equal: bigints, NaN, −0 and bytes included. */
function rowText(row: TestRow): string {
  const sorted = Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify(sorted, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    if (value instanceof Uint8Array) return `bytes ${[...value].join(' ')}`;
    return value;
  });
}
