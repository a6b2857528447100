import type { Step } from '../step.js';

/** Null in place of what a rule before it refuses. */
export function orNull(): Step {
  return { value: (value) => value, refused: () => null, nulls: 'start', changes: [] };
}
