import { int32, type Fields } from '@millrace/core';
import { bareBatch, type Column, columnOf, gatherColumn, type StateTable } from '@millrace/core/operate';
import type { Batch, Int32Column } from '@millrace/core/operate';
import { type AggregatePlan, createAccumulators } from './aggregate-plan.js';
import type { Accumulators } from './aggregation.js';
import type { Groups } from './groups.js';

// The columns of an aggregate's state: `group`, what the kind of window adds, `by/<field>` for the key and
// `compute/<name>/<part>` for every part of every computed column. The slashes keep users' names apart from ours.

/** What is kept of some groups. */
export interface Saved {
  readonly groups: Groups;
  readonly entries: Int32Array;
  readonly accumulators: readonly Accumulators[];
  readonly slots: Int32Array;
  /** What the kind of window adds, per group. */
  readonly own: { readonly [name: string]: Column };
}

/** The table of all that is kept; of columns `own` beside those of every aggregate. */
export function saveTable(plan: AggregatePlan, own: Fields, saved: readonly Saved[]): StateTable {
  const fields: Fields = { group: int32, ...own, ...keyFields(plan), ...computeFields(plan) };
  const chunks = saved.map((each) => savedColumns(plan, each));
  const lengths = saved.map(({ slots }) => slots.length);
  const length = lengths.reduce((sum, each) => sum + each, 0);
  const chunkOf = new Int32Array(length);
  const rowOf = new Int32Array(length);
  let at = 0;
  lengths.forEach((rows, chunk) => {
    for (let row = 0; row < rows; row++, at++) {
      chunkOf[at] = chunk;
      rowOf[at] = row;
    }
  });
  const columns = Object.entries(fields).map(([name, type]) => [
    name,
    chunks.length === 0 ? columnOf(type, []) : gatherColumn(chunks.map((chunk) => chunk[name]!), chunkOf, rowOf), // prettier-ignore
  ]);
  return { fields, length, columns: Object.fromEntries(columns) as StateTable['columns'] };
}

/** The rows of a saved table as a batch of the key columns, to find their groups by. */
export function keysOf({ by }: AggregatePlan, table: StateTable): Batch {
  const columns = Object.keys(by).map((name) => [name, table.columns[`by/${name}`]!]);
  const group = (table.columns['group'] as Int32Column).values;
  return bareBatch(Object.fromEntries(columns) as StateTable['columns'], table.length, group);
}

/** The accumulators of a saved table: row `i` is slot `i`. */
export function loadAccumulators(plan: AggregatePlan, { length, columns }: StateTable): readonly Accumulators[] {
  return createAccumulators(plan).map((accumulators, i) => {
    const parts = Object.keys(accumulators.parts).map((part) => [part, columns[partName(plan, i, part)]!]);
    accumulators.load(Object.fromEntries(parts) as StateTable['columns'], length);
    return accumulators;
  });
}

function savedColumns(
  plan: AggregatePlan,
  { groups, entries, accumulators, slots, own }: Saved,
): StateTable['columns'] {
  const columns: Record<string, Column> = {
    ...own,
    group: { layout: 'int32', values: groups.groups(entries), validity: undefined },
  };
  const keys = groups.keyColumns(entries);
  Object.keys(plan.by).forEach((name, i) => (columns[`by/${name}`] = keys[i]!));
  accumulators.forEach((each, i) => {
    for (const [part, column] of Object.entries(each.save(slots))) columns[partName(plan, i, part)] = column;
  });
  return columns;
}

function keyFields({ by }: AggregatePlan): Fields {
  return Object.fromEntries(Object.entries(by).map(([name, type]) => [`by/${name}`, type]));
}

function computeFields(plan: AggregatePlan): Fields {
  const parts = createAccumulators(plan).flatMap((each, i) =>
    Object.entries(each.parts).map(([part, type]) => [partName(plan, i, part), type] as const),
  );
  return Object.fromEntries(parts);
}

function partName({ computes }: AggregatePlan, i: number, part: string): string {
  return `compute/${computes[i]!.name}/${part}`;
}
