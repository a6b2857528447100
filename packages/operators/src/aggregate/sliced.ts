import { float64, timestamp, type Fields } from '@millrace/core';
import { type Float64Column, type OperatorContext, type OperatorHooks, selectedRows, type StateTables } from '@millrace/core/operate'; // prettier-ignore
import type { SlicingWindows } from '../window/assigner.js';
import type { AggregatePlan } from './aggregate-plan.js';
import { groupKeys } from './group-keys.js';
import { ChangedGroups } from './changed-groups.js';
import { earlyContext, type EarlyWindows, earlyWindows } from './early-windows.js';
import { GroupState } from './group-state.js';
import { OpenSlices, type Slice } from './open-slices.js';
import { emitResults } from './result-rows.js';
import { bySlice } from './slice-rows.js';
import { keysOf, loadAccumulators, saveTable } from './state-columns.js';

const own = { sliceStart: timestamp, releasedTo: float64 } satisfies Fields;

/** Aggregates over windows that are made of slices. The state is one row per open slice and group. */
export function sliced(plan: AggregatePlan, windows: SlicingWindows, context: OperatorContext): OperatorHooks {
  const keysIn = groupKeys(Object.keys(plan.by), plan.input);
  const forEarly = plan.earlyMs === undefined ? undefined : earlyContext(context);
  const slices = new OpenSlices(windows, () => {
    return { state: new GroupState(plan), changed: forEarly && new ChangedGroups() };
  });
  const early =
    forEarly &&
    earlyWindows(plan, plan.earlyMs!, slices, (start, end, state, slots) => emit(forEarly, start, end, state, slots));

  function release(start: number, end: number, parts: readonly Slice[]): void {
    const state = parts.length === 1 ? parts[0]!.state : mergeOf(plan, parts);
    emit(context, start, end, state, state.groups.entries());
  }

  function emit(to: OperatorContext, start: number, end: number, state: GroupState, slots: Int32Array): void {
    const { groups, accumulators } = state;
    const fill = (time: number): Float64Array => new Float64Array(slots.length).fill(time);
    emitResults(plan, to, {
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
      bySlice(batch.time!, rows, windows, (start, sliceRows) => {
        const slice = slices.at(start);
        const entries = slice.state.update(keys, batch, sliceRows);
        early?.touched(slice, entries);
      });
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
      restore(plan, slices, early, tables);
    },
    stateRows: () => slices.all().reduce((sum, { state }) => sum + state.groups.size, 0),
    ...(early && { early }),
  };
}

function mergeOf(plan: AggregatePlan, slices: readonly Slice[]): GroupState {
  const merged = new GroupState(plan);
  for (const { state } of slices) merged.absorb(state);
  return merged;
}

function restore(
  plan: AggregatePlan,
  slices: OpenSlices,
  early: EarlyWindows | undefined,
  { slices: table }: StateTables,
): void {
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
    const slice = slices.restored(starts[rows[0]!]!, releasedTo[rows[0]!]!);
    const { state } = slice;
    const entries = new Int32Array(rows.length);
    state.groups.entriesOf(keys, batch, rows, entries);
    state.merge(saved, rows, entries);
    // The early rows of whoever had it before are gone.
    early?.touched(slice, entries);
  }
}

function constant(value: number, length: number): Float64Column {
  return { layout: 'float64', values: new Float64Array(length).fill(value), validity: undefined };
}
