import type { Step } from '../step.js';

/** A value in place of null. */
export function defaultValue(value: unknown): Step {
  return { value: (present) => present, null: () => value, nulls: 'end', changes: [] };
}
