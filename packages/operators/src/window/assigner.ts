/**
 * A kind of window, as `tumbling(…)`, `hopping(…)` and `session(…)` make it. It answers for itself where windows begin
 * and end; what runs them knows the two contracts and no kind.
 *
 * All times are whole milliseconds since 1970-01-01T00:00Z and may be negative; intervals are half open.
 */
export type Window = SlicingWindows | MergingWindows;

/**
 * Windows whose bounds depend on time alone. Time is cut into slices so that no bound of a window lies inside one: a
 * record is counted once, in its slice, and a window is the merge of its slices.
 *
 * No two windows end at the same time, and of two windows the one that ends later does not start earlier.
 */
export interface SlicingWindows {
  readonly family: 'slicing';
  /** In one line, as stored state keeps it: equal texts mean equal windows. */
  readonly text: string;
  /** Where the slice that holds `time` starts. */
  sliceStart(time: number): number;
  /** Where the slice that starts at `start` ends. */
  sliceEnd(start: number): number;
  /** The least end of a window that is above `time`. A window that ends there holds `time`, or starts after it. */
  endAfter(time: number): number;
  /** Where the window that ends at `end` starts. */
  startOf(end: number): number;
}

/** Windows that grow with their records: each record makes one, and of one key those that overlap become one. */
export interface MergingWindows {
  readonly family: 'merging';
  /** In one line, as stored state keeps it: equal texts mean equal windows. */
  readonly text: string;
  /** Where the window of a record at `time` ends; it starts at `time`. Rises with `time`. */
  endOf(time: number): number;
}

/** Whether `value` is a window; for calls from plain JavaScript. */
export function isWindow(value: unknown): value is Window {
  return typeof value === 'object' && value !== null && 'family' in value && 'text' in value;
}
