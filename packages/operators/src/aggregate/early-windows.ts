import type { EarlyRows, OperatorContext } from '@millrace/core/operate';
import type { AggregatePlan } from './aggregate-plan.js';
import { GroupState } from './group-state.js';
import type { OpenSlices, Slice } from './open-slices.js';

/** Hands on the given groups of one window. */
export type EmitWindow = (start: number, end: number, state: GroupState, slots: Int32Array) => void;

/** The early rows of open windows, with what marks the groups that have changed. */
export interface EarlyWindows extends EarlyRows {
  /** Groups of the slice were touched. */
  touched(slice: Slice, entries: Int32Array): void;
}

/**
 * Shows, of every window that is still open, the groups that have changed since they were last shown: a window over
 * slices of which one has changed is merged anew, but only for the groups of that change.
 */
export function earlyWindows(plan: AggregatePlan, everyMs: number, slices: OpenSlices, emit: EmitWindow): EarlyWindows {
  let changed = false;
  return {
    everyMs,
    get changed() {
      return changed;
    },
    touched(slice, entries) {
      if (entries.length === 0) return;
      slice.changed?.add(entries);
      changed = true;
    },
    show() {
      changed = false;
      const shown = new Set<Slice>();
      const hasChanged = (slice: Slice): boolean => (slice.changed?.size ?? 0) > 0;
      try {
        slices.open(hasChanged, (start, end, parts) => {
          for (const part of parts) shown.add(part);
          const { state, slots } = changedIn(plan, parts);
          emit(start, end, state, slots);
        });
      } finally {
        for (const { changed } of shown) changed?.clear();
      }
    },
  };
}

function changedIn(
  plan: AggregatePlan,
  slices: readonly Slice[],
): { readonly state: GroupState; readonly slots: Int32Array } {
  const [only] = slices;
  if (slices.length === 1) return { state: only!.state, slots: only!.changed!.entries() };
  const state = new GroupState(plan);
  for (const { state: part, changed } of slices) state.groups.absorb(part.groups, changed!.entries());
  for (const { state: part } of slices) state.absorbShared(part);
  return { state, slots: state.groups.entries() };
}

/** The context of a showing: what is emitted goes out as early rows. Undefined where nobody looks at any. */
export function earlyContext(context: OperatorContext): OperatorContext | undefined {
  return context.early === undefined ? undefined : { ...context, emit: context.early };
}
