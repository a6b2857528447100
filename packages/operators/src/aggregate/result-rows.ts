import { millraceError } from '@millrace/core';
import { type Batch, type Column, compareOrder, type OperatorContext, takeColumn, valueAt } from '@millrace/core/operate'; // prettier-ignore
import type { AggregatePlan } from './aggregate-plan.js';
import type { Accumulators, SumLimit } from './aggregation.js';

/** Groups that are to be handed on, with what makes a row of each. */
export interface Results {
  readonly keys: readonly Column[];
  readonly groups: Int32Array;
  readonly accumulators: readonly Accumulators[];
  readonly slots: Int32Array;
  /** The bounds of their windows; undefined where there is none. */
  readonly windows: { readonly starts: Float64Array; readonly ends: Float64Array } | undefined;
  /** Their event times; undefined where there is none. */
  readonly times: Float64Array | undefined;
}

const rowsPerBatch = 8192;

/** Hands the rows of groups on, sorted by (time, order); the order is the key columns. */
export function emitResults(plan: AggregatePlan, context: OperatorContext, results: Results): void {
  const { keys, times } = results;
  const rows = Int32Array.from(results.slots.keys());
  rows.sort((a, b) => {
    const apart = times === undefined ? 0 : times[a]! - times[b]!;
    return apart === 0 ? compareOrder(keys, a, keys, b) : apart;
  });
  for (let from = 0; from < rows.length; from += rowsPerBatch) {
    context.emit(batchOf(plan, context, results, rows.subarray(from, from + rowsPerBatch)));
  }
}

function batchOf(plan: AggregatePlan, { needed }: OperatorContext, results: Results, rows: Int32Array): Batch {
  const { windows, times } = results;
  const order = results.keys.map((column) => takeColumn(column, rows));
  const slots = rows.map((row) => results.slots[row]!);
  const columns: [name: string, column: Column][] = [];
  if (windows !== undefined) {
    columns.push(['windowStart', instants(windows.starts, rows)], ['windowEnd', instants(windows.ends, rows)]);
  }
  Object.keys(plan.by).forEach((name, i) => columns.push([name, order[i]!]));
  plan.computes.forEach(({ name }, i) => {
    if (!needed.has(name)) return;
    columns.push([name, results.accumulators[i]!.result(slots, (at, limit) => overflow(plan, results, name, rows[at]!, limit))]); // prettier-ignore
  });
  return {
    length: rows.length,
    selection: undefined,
    columns: Object.fromEntries(columns),
    time: times === undefined ? undefined : instants(times, rows).values,
    order,
    group: rows.map((row) => results.groups[row]!),
    origin: undefined,
  };
}

function instants(
  times: Float64Array,
  rows: Int32Array,
): { layout: 'float64'; values: Float64Array; validity: undefined } {
  const values = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = times[rows[i]!]!;
  return { layout: 'float64', values, validity: undefined };
}

function overflow(
  plan: AggregatePlan,
  { keys, windows }: Results,
  column: string,
  row: number,
  limit: SumLimit,
): never {
  const values = Object.entries(plan.by).map(([name, type], i) => `${name} = ${text(valueAt(type, keys[i]!, row))}`);
  const key = values.length === 0 ? 'all rows' : values.join(', ');
  const window =
    windows === undefined ? 'all time' : `[${instant(windows.starts[row]!)}, ${instant(windows.ends[row]!)})`;
  const data = { operator: plan.operator, column, key, window, limit };
  throw millraceError('MILLRACE_SUM_OVERFLOW', data, { where: plan.where() });
}

function text(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : value instanceof Date ? instant(value.getTime()) : String(value);
}

function instant(time: number): string {
  return new Date(time).toISOString();
}
