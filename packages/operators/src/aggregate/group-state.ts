import type { Batch } from '@millrace/core/operate';
import { type AggregatePlan, createAccumulators } from './aggregate-plan.js';
import type { Accumulators } from './aggregation.js';
import type { BatchKeys } from './group-keys.js';
import { Groups } from './groups.js';

let scratch = new Int32Array(8192);

/** Groups and what was accumulated for each of them: the entry of a group is its slot. */
export class GroupState {
  readonly groups: Groups;
  readonly accumulators: readonly Accumulators[];

  constructor(plan: AggregatePlan) {
    this.groups = new Groups(plan.by);
    this.accumulators = createAccumulators(plan);
  }

  /** Takes rows in; gives their entries, in an array that the next call overwrites. */
  update(keys: BatchKeys, batch: Batch, rows: Int32Array): Int32Array {
    if (scratch.length < rows.length) scratch = new Int32Array(2 * rows.length);
    const entries = scratch.subarray(0, rows.length);
    this.groups.entriesOf(keys, batch, rows, entries);
    for (const each of this.accumulators) {
      each.grow(this.groups.capacity);
      each.update(entries, rows, batch);
    }
    return entries;
  }

  /** Takes in all groups of another one. */
  absorb(other: GroupState): void {
    const theirs = other.groups.entries();
    this.merge(other.accumulators, theirs, this.groups.absorb(other.groups, theirs));
  }

  /** Takes in those groups of another one that are here already. */
  absorbShared(other: GroupState): void {
    const { theirs, own } = this.groups.shared(other.groups);
    this.merge(other.accumulators, theirs, own);
  }

  /** Takes slots of other accumulators into the slots of entries. */
  merge(from: readonly Accumulators[], slots: Int32Array, entries: Int32Array): void {
    this.accumulators.forEach((each, i) => {
      each.grow(this.groups.capacity);
      each.merge(from[i]!, slots, entries);
    });
  }
}
