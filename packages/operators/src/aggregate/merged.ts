import { timestamp, type Fields } from '@millrace/core';
import { selectedRows, type Float64Column, type OperatorContext, type OperatorHooks } from '@millrace/core/operate';
import type { MergingWindows } from '../window/assigner.js';
import type { AggregatePlan } from './aggregate-plan.js';
import { groupKeys } from './group-keys.js';
import { emitResults } from './result-rows.js';
import { SessionState } from './session-state.js';
import { keysOf, loadAccumulators, saveTable } from './state-columns.js';

const own = { windowStart: timestamp, windowEnd: timestamp } satisfies Fields;

/** Aggregates over windows that merge. The state is one row per open window. */
export function merged(plan: AggregatePlan, windows: MergingWindows, context: OperatorContext): OperatorHooks {
  const keysIn = groupKeys(Object.keys(plan.by), plan.input);
  const state = new SessionState(plan);
  return {
    batch(batch) {
      const rows = selectedRows(batch);
      context.ledger.taken += rows.length;
      const times = batch.time!;
      const ends = new Float64Array(batch.length);
      for (let i = 0; i < rows.length; i++) ends[rows[i]!] = windows.endOf(times[rows[i]!]!);
      const slots = state.place(keysIn(batch), batch, rows, times, ends);
      for (const each of state.accumulators) each.update(slots, rows, batch);
    },
    watermark(time) {
      const slots = state.sessions.due(time);
      if (slots.length > 0) {
        emitResults(plan, context, state.resultsOf(slots));
        state.remove(slots);
      }
      context.watermark(time);
    },
    snapshot() {
      const { groups, sessions, accumulators } = state;
      const slots = sessions.slots();
      const entries = sessions.entries(slots);
      const bounds = { windowStart: instants(sessions.starts(slots)), windowEnd: instants(sessions.ends(slots)) };
      return { windows: saveTable(plan, own, [{ groups, entries, accumulators, slots, own: bounds }]) };
    },
    restore({ windows: table }) {
      if (table === undefined) return;
      const batch = keysOf(plan, table);
      const { windowStart, windowEnd } = table.columns as { [bound in keyof typeof own]: Float64Column };
      const rows = selectedRows(batch);
      const slots = state.place(keysIn(batch), batch, rows, windowStart.values, windowEnd.values);
      const saved = loadAccumulators(plan, table);
      state.accumulators.forEach((each, i) => each.merge(saved[i]!, rows, slots));
    },
    stateRows: () => state.sessions.size,
  };
}

function instants(values: Float64Array): Float64Column {
  return { layout: 'float64', values, validity: undefined };
}
