import type { Batch } from '@millrace/core/operate';
import { type AggregatePlan, createAccumulators } from './aggregate-plan.js';
import type { Accumulators } from './aggregation.js';
import type { BatchKeys } from './group-keys.js';
import { Groups } from './groups.js';
import { OpenSessions } from './open-sessions.js';
import type { Results } from './result-rows.js';

/** The open windows of all groups, and what was accumulated in each of them by its slot. */
export class SessionState {
  readonly groups: Groups;
  readonly sessions: OpenSessions = new OpenSessions();
  readonly accumulators: readonly Accumulators[];

  constructor(plan: AggregatePlan) {
    this.groups = new Groups(plan.by);
    this.accumulators = createAccumulators(plan);
  }

  /**
   * Gives the slot of the window that each row is in now; row `i` alone makes the window [starts[i], ends[i]). All rows
   * are placed before anything is accumulated: one may join two windows that earlier rows of its batch are in.
   */
  place(keys: BatchKeys, batch: Batch, rows: Int32Array, starts: Float64Array, ends: Float64Array): Int32Array {
    const { groups, sessions, accumulators } = this;
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

  /** The windows in `slots`, as rows to be. */
  resultsOf(slots: Int32Array): Results {
    const { groups, sessions, accumulators } = this;
    const entries = sessions.entries(slots);
    const ends = sessions.ends(slots);
    return {
      keys: groups.keyColumns(entries),
      groups: groups.groups(entries),
      accumulators,
      slots,
      windows: { starts: sessions.starts(slots), ends },
      times: ends.map((end) => end - 1),
    };
  }

  /** Forgets windows that were due, and groups that have none left. */
  remove(slots: Int32Array): void {
    this.groups.remove(this.sessions.remove(slots));
    for (const each of this.accumulators) each.clear(slots);
  }
}
