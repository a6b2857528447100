import { float64, type Fields } from '@millrace/core';
import { type Batch, type Float64Column, grown, type OperatorContext, type OperatorHooks, selectedRows, type StateTables } from '@millrace/core/operate'; // prettier-ignore
import type { AggregatePlan } from './aggregate-plan.js';
import { groupKeys } from './group-keys.js';
import { GroupState } from './group-state.js';
import { emitResults } from './result-rows.js';
import { keysOf, loadAccumulators, saveTable } from './state-columns.js';

const own = { time: float64 } satisfies Fields;

/**
 * Aggregates over all time: a group's row is handed on again, once per batch, whenever rows of it came. Its event time is
 * the greatest of its rows. The state is one row per group, for ever.
 */
export function running(plan: AggregatePlan, context: OperatorContext): OperatorHooks {
  const keysIn = groupKeys(Object.keys(plan.by), plan.input);
  const state = new GroupState(plan);
  // The greatest time of each group's rows. −∞ where rows have none.
  let times = new Float64Array(0);
  // Used while one batch is taken in: whether the group has changed.
  let changed = new Uint8Array(0);

  function grow(): void {
    const { capacity } = state.groups;
    const known = times.length;
    if (known >= capacity) return;
    times = grown(times, capacity).fill(-Infinity, known);
    changed = grown(changed, capacity);
  }

  function takeTimes(entries: Int32Array, rows: Int32Array, { time }: { time: Float64Array | undefined }): Int32Array {
    grow();
    const distinct: number[] = [];
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      if (time !== undefined) times[entry] = Math.max(times[entry]!, time[rows[i]!]!);
      if (changed[entry] === 1) continue;
      changed[entry] = 1;
      distinct.push(entry);
    }
    for (const entry of distinct) changed[entry] = 0;
    return Int32Array.from(distinct);
  }

  function emit(slots: Int32Array): void {
    emitResults(plan, context, {
      keys: state.groups.keyColumns(slots),
      groups: state.groups.groups(slots),
      accumulators: state.accumulators,
      slots,
      windows: undefined,
      times: plan.timed ? timesOf(slots).values : undefined,
    });
  }

  function timesOf(slots: Int32Array): Float64Column {
    return { layout: 'float64', values: Float64Array.from(slots, (slot) => times[slot]!), validity: undefined };
  }

  return {
    batch(batch: Batch) {
      const rows = selectedRows(batch);
      context.ledger.taken += rows.length;
      const entries = state.update(keysIn(batch), batch, rows);
      emit(takeTimes(entries, rows, batch));
    },
    snapshot() {
      const { groups, accumulators } = state;
      const slots = groups.entries();
      return { groups: saveTable(plan, own, [{ groups, entries: slots, accumulators, slots, own: { time: timesOf(slots) } }]) }; // prettier-ignore
    },
    restore({ groups: table }: StateTables) {
      if (table === undefined) return;
      const batch = keysOf(plan, table);
      const rows = selectedRows(batch);
      const entries = new Int32Array(rows.length);
      state.groups.entriesOf(keysIn(batch), batch, rows, entries);
      state.merge(loadAccumulators(plan, table), rows, entries);
      takeTimes(entries, rows, { time: (table.columns['time'] as Float64Column).values });
    },
    stateRows: () => state.groups.size,
  };
}
