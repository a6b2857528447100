import { float64, timestamp, type Fields } from '@millrace/core';
import { type Float64Column, type OperatorContext, type OperatorHooks, selectedRows, type StateTables } from '@millrace/core/operate'; // prettier-ignore
import type { SlicingWindows } from '../window/assigner.js';
import type { AggregatePlan } from './aggregate-plan.js';
import { groupKeys } from './group-keys.js';
import { GroupState } from './group-state.js';
import { OpenSlices } from './open-slices.js';
import { emitResults } from './result-rows.js';
import { bySlice } from './slice-rows.js';
import { keysOf, loadAccumulators, saveTable } from './state-columns.js';

const own = { sliceStart: timestamp, releasedTo: float64 } satisfies Fields;

/** Aggregates over windows that are made of slices. The state is one row per open slice and group. */
export function sliced(plan: AggregatePlan, windows: SlicingWindows, context: OperatorContext): OperatorHooks {
  const keysIn = groupKeys(Object.keys(plan.by), plan.input);
  const slices = new OpenSlices(windows, () => new GroupState(plan));

  function release(start: number, end: number, states: readonly GroupState[]): void {
    const { groups, accumulators } = states.length === 1 ? states[0]! : mergeOf(plan, states);
    const slots = groups.entries();
    const fill = (time: number): Float64Array => new Float64Array(slots.length).fill(time);
    emitResults(plan, context, {
      keys: groups.keyColumns(slots),
      groups: groups.groups(slots),
      accumulators,
      slots,
      windows: { starts: fill(start), ends: fill(end) },
      times: fill(end - 1),
    });
  }

  return {
    batch(batch) {
      const rows = selectedRows(batch);
      context.ledger.taken += rows.length;
      const keys = keysIn(batch);
      bySlice(batch.time!, rows, windows, (start, sliceRows) => slices.at(start).update(keys, batch, sliceRows));
    },
    watermark(time) {
      slices.release(time, release);
      context.watermark(time);
    },
    snapshot() {
      const saved = slices.all().map(({ start, releasedTo, state: { groups, accumulators } }) => {
        const slots = groups.entries();
        const column = (value: number): Float64Column => constant(value, slots.length);
        return { groups, entries: slots, accumulators, slots, own: { sliceStart: column(start), releasedTo: column(releasedTo) } }; // prettier-ignore
      });
      return { slices: saveTable(plan, own, saved) };
    },
    restore(tables) {
      restore(plan, slices, tables);
    },
    stateRows: () => slices.all().reduce((sum, { state }) => sum + state.groups.size, 0),
  };
}

function mergeOf(plan: AggregatePlan, states: readonly GroupState[]): GroupState {
  const merged = new GroupState(plan);
  for (const state of states) merged.absorb(state);
  return merged;
}

function restore(plan: AggregatePlan, slices: OpenSlices, { slices: table }: StateTables): void {
  if (table === undefined) return;
  const starts = (table.columns['sliceStart'] as Float64Column).values;
  const releasedTo = (table.columns['releasedTo'] as Float64Column).values;
  const rowsOf = new Map<string, number[]>();
  for (let row = 0; row < table.length; row++) {
    const slice = `${starts[row]!} ${releasedTo[row]!}`;
    const rows = rowsOf.get(slice);
    if (rows === undefined) rowsOf.set(slice, [row]);
    else rows.push(row);
  }
  const saved = loadAccumulators(plan, table);
  const batch = keysOf(plan, table);
  const keys = groupKeys(Object.keys(plan.by), plan.input)(batch);
  for (const list of rowsOf.values()) {
    const rows = Int32Array.from(list);
    const state = slices.restored(starts[rows[0]!]!, releasedTo[rows[0]!]!);
    const entries = new Int32Array(rows.length);
    state.groups.entriesOf(keys, batch, rows, entries);
    state.merge(saved, rows, entries);
  }
}

function constant(value: number, length: number): Float64Column {
  return { layout: 'float64', values: new Float64Array(length).fill(value), validity: undefined };
}
