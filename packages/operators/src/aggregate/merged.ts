import { timestamp, type Fields } from '@millrace/core';
import { type Batch, type Float64Column, type OperatorContext, type OperatorHooks, selectedRows, type StateTables } from '@millrace/core/operate'; // prettier-ignore
import type { MergingWindows } from '../window/assigner.js';
import { type AggregatePlan, createAccumulators } from './aggregate-plan.js';
import { type BatchKeys, groupKeys } from './group-keys.js';
import { Groups } from './groups.js';
import { OpenSessions } from './open-sessions.js';
import { emitResults } from './result-rows.js';
import { keysOf, loadAccumulators, saveTable } from './state-columns.js';

const own = { windowStart: timestamp, windowEnd: timestamp } satisfies Fields;

/** Aggregates over windows that merge. The state is one row per open window. */
export function merging(plan: AggregatePlan, windows: MergingWindows, context: OperatorContext): OperatorHooks {
  const keysIn = groupKeys(Object.keys(plan.by), plan.input);
  const groups = new Groups(plan.by);
  const sessions = new OpenSessions();
  const accumulators = createAccumulators(plan);

  // Places all rows before anything is accumulated: a row may join two windows that earlier rows of its batch are in.
  function place(
    keys: BatchKeys,
    batch: Batch,
    rows: Int32Array,
    starts: Float64Array,
    ends: Float64Array,
  ): Int32Array {
    const slots = new Int32Array(rows.length);
    const taken: number[] = [];
    groups.entriesOf(keys, batch, rows, slots);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      slots[i] = sessions.take(slots[i]!, starts[row]!, ends[row]!, taken);
    }
    for (const each of accumulators) each.grow(sessions.capacity);
    if (taken.length === 0) return slots;
    const from = Int32Array.from(taken);
    const to = from.map((slot) => sessions.holderOf(slot));
    for (const each of accumulators) {
      each.merge(each, from, to);
      each.clear(from);
    }
    return slots.map((slot) => sessions.holderOf(slot));
  }

  function release(watermark: number): void {
    const slots = sessions.due(watermark);
    if (slots.length === 0) return;
    const entries = sessions.entries(slots);
    const ends = sessions.ends(slots);
    emitResults(plan, context, {
      keys: groups.keyColumns(entries),
      groups: groups.groups(entries),
      accumulators,
      slots,
      windows: { starts: sessions.starts(slots), ends },
      times: ends.map((end) => end - 1),
    });
    groups.remove(sessions.remove(slots));
    for (const each of accumulators) each.clear(slots);
  }

  return {
    batch(batch) {
      const rows = selectedRows(batch);
      context.ledger.taken += rows.length;
      const times = batch.time!;
      const ends = new Float64Array(batch.length);
      for (let i = 0; i < rows.length; i++) ends[rows[i]!] = windows.endOf(times[rows[i]!]!);
      const slots = place(keysIn(batch), batch, rows, times, ends);
      for (const each of accumulators) each.update(slots, rows, batch);
    },
    watermark(time) {
      release(time);
      context.watermark(time);
    },
    snapshot() {
      const slots = sessions.slots();
      const entries = sessions.entries(slots);
      const bounds = { windowStart: instants(sessions.starts(slots)), windowEnd: instants(sessions.ends(slots)) };
      return { windows: saveTable(plan, own, [{ groups, entries, accumulators, slots, own: bounds }]) };
    },
    restore({ windows: table }: StateTables) {
      if (table === undefined) return;
      const batch = keysOf(plan, table);
      const { windowStart, windowEnd } = table.columns as { [bound in keyof typeof own]: Float64Column };
      const rows = selectedRows(batch);
      const slots = place(keysIn(batch), batch, rows, windowStart.values, windowEnd.values);
      const saved = loadAccumulators(plan, table);
      accumulators.forEach((each, i) => each.merge(saved[i]!, rows, slots));
    },
    stateRows: () => sessions.size,
  };
}

function instants(values: Float64Array): Float64Column {
  return { layout: 'float64', values, validity: undefined };
}
