import type { SlicingWindows } from '../window/assigner.js';
import type { GroupState } from './group-state.js';

/** One slice of time and its groups. */
export interface Slice {
  readonly start: number;
  /** Windows that end up to here were released with the slice's rows in them. */
  readonly releasedTo: number;
  readonly state: GroupState;
}

/**
 * The slices that a window still to be released holds.
 *
 * A slice that comes back from a checkpoint may be part of windows that were released already, up to another time than
 * the rest where it was another task's: such slices are kept apart and only join windows beyond that time.
 */
export class OpenSlices {
  private readonly windows: SlicingWindows;
  private readonly create: () => GroupState;
  /** Ascending; those before `head` were dropped. */
  private slices: Slice[] = [];
  private head = 0;
  private readonly byStart = new Map<number, Slice>();
  private released: Slice[] = [];
  private releasedTo = -Infinity;
  private nextEnd = Infinity;

  constructor(windows: SlicingWindows, create: () => GroupState) {
    this.windows = windows;
    this.create = create;
  }

  /** The state of the slice at `start`, for records that come now. */
  at(start: number): GroupState {
    let slice = this.byStart.get(start);
    if (slice === undefined) {
      slice = { start, releasedTo: -Infinity, state: this.create() };
      this.byStart.set(start, slice);
      let at = this.slices.length;
      while (at > this.head && this.slices[at - 1]!.start > start) at--;
      this.slices.splice(at, 0, slice);
      this.nextEnd = Math.min(this.nextEnd, this.endOfNext(slice));
    }
    return slice.state;
  }

  /** The state of a slice that comes back from a checkpoint. */
  restored(start: number, releasedTo: number): GroupState {
    if (this.windows.endAfter(start) > releasedTo) return this.at(start);
    const slice = { start, releasedTo, state: this.create() };
    this.released.push(slice);
    this.nextEnd = Math.min(this.nextEnd, this.endOfNext(slice));
    return slice.state;
  }

  /** All slices, as they are to be restored. */
  all(): readonly Slice[] {
    return [...this.released, ...this.slices.slice(this.head)].map((slice) => ({
      ...slice,
      releasedTo: Math.max(slice.releasedTo, this.releasedTo),
    }));
  }

  /** Calls `each` for every window that ends up to `watermark` and has rows, by ascending end, and drops slices. */
  release(watermark: number, each: (start: number, end: number, states: readonly GroupState[]) => void): void {
    while (this.nextEnd <= watermark && this.nextEnd !== Infinity) {
      const end = this.nextEnd;
      const start = this.windows.startOf(end);
      each(start, end, this.statesIn(start, end));
      this.releasedTo = end;
      // Windows that end later start no earlier than the next one.
      this.drop(this.windows.startOf(this.windows.endAfter(end)));
      this.nextEnd = this.endOfFirst();
    }
    this.releasedTo = Math.max(this.releasedTo, watermark);
    if (this.head === 0) return;
    this.slices = this.slices.slice(this.head);
    this.head = 0;
  }

  private statesIn(start: number, end: number): readonly GroupState[] {
    const states = this.released
      .filter((slice) => slice.start >= start && slice.start < end && slice.releasedTo < end)
      .map(({ state }) => state);
    for (let i = this.head; i < this.slices.length && this.slices[i]!.start < end; i++) {
      states.push(this.slices[i]!.state);
    }
    return states;
  }

  private drop(before: number): void {
    this.released = this.released.filter(({ start }) => start >= before);
    while (this.head < this.slices.length && this.slices[this.head]!.start < before) {
      this.byStart.delete(this.slices[this.head++]!.start);
    }
  }

  private endOfFirst(): number {
    const first = this.slices[this.head];
    const ends = this.released.map((slice) => this.endOfNext(slice));
    return ends.reduce((least, end) => Math.min(least, end), first === undefined ? Infinity : this.endOfNext(first));
  }

  private endOfNext({ start, releasedTo }: Slice): number {
    return this.windows.endAfter(Math.max(start, releasedTo, this.releasedTo));
  }
}
