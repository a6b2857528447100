import type { SlicingWindows } from '../window/assigner.js';
import type { ChangedGroups } from './changed-groups.js';
import type { GroupState } from './group-state.js';

/** One slice of time and its groups. */
export interface Slice {
  readonly start: number;
  /** Windows that end up to here were released with the slice's rows in them. */
  readonly releasedTo: number;
  readonly state: GroupState;
  /** The groups that were touched since early rows of them were shown; undefined where nobody looks at such. */
  readonly changed: ChangedGroups | undefined;
}

/**
 * The slices that a window still to be released holds.
 *
 * A slice that comes back from a checkpoint may be part of windows that were released already, up to another time than
 * the rest where it was another task's: such slices are kept apart and only join windows beyond that time.
 */
export class OpenSlices {
  private readonly windows: SlicingWindows;
  private readonly create: () => Pick<Slice, 'state' | 'changed'>;
  /** Ascending; those before `head` were dropped. */
  private slices: Slice[] = [];
  private head = 0;
  private readonly byStart = new Map<number, Slice>();
  private released: Slice[] = [];
  private releasedTo = -Infinity;
  private nextEnd = Infinity;

  constructor(windows: SlicingWindows, create: () => Pick<Slice, 'state' | 'changed'>) {
    this.windows = windows;
    this.create = create;
  }

  /** The slice at `start`, for records that come now. */
  at(start: number): Slice {
    let slice = this.byStart.get(start);
    if (slice === undefined) {
      slice = { start, releasedTo: -Infinity, ...this.create() };
      this.byStart.set(start, slice);
      let at = this.slices.length;
      while (at > this.head && this.slices[at - 1]!.start > start) at--;
      this.slices.splice(at, 0, slice);
      this.nextEnd = Math.min(this.nextEnd, this.endOfNext(slice));
    }
    return slice;
  }

  /** A slice that comes back from a checkpoint. */
  restored(start: number, releasedTo: number): Slice {
    if (this.windows.endAfter(start) > releasedTo) return this.at(start);
    const slice = { start, releasedTo, ...this.create() };
    this.released.push(slice);
    this.nextEnd = Math.min(this.nextEnd, this.endOfNext(slice));
    return slice;
  }

  /** All slices, as they are to be restored. */
  all(): readonly Slice[] {
    return [...this.released, ...this.slices.slice(this.head)].map((slice) => ({
      ...slice,
      releasedTo: Math.max(slice.releasedTo, this.releasedTo),
    }));
  }

  /** Calls `each` for every window that ends up to `watermark` and has rows, by ascending end, and drops slices. */
  release(watermark: number, each: (start: number, end: number, slices: readonly Slice[]) => void): void {
    while (this.nextEnd <= watermark && this.nextEnd !== Infinity) {
      const end = this.nextEnd;
      const start = this.windows.startOf(end);
      each(start, end, this.slicesIn(start, end));
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

  /** Calls `each` for every window that is still to be released and holds one of the slices, by ascending end. */
  open(held: (slice: Slice) => boolean, each: (start: number, end: number, slices: readonly Slice[]) => void): void {
    const ends = new Set<number>();
    for (const slice of [...this.released, ...this.slices.slice(this.head)]) {
      if (!held(slice)) continue;
      for (
        let end = this.endOfNext(slice);
        this.windows.startOf(end) <= slice.start;
        end = this.windows.endAfter(end)
      ) {
        ends.add(end);
      }
    }
    for (const end of [...ends].sort((a, b) => a - b)) {
      const start = this.windows.startOf(end);
      each(start, end, this.slicesIn(start, end));
    }
  }

  private slicesIn(start: number, end: number): readonly Slice[] {
    const slices = this.released.filter((slice) => slice.start >= start && slice.start < end && slice.releasedTo < end);
    for (let i = this.head; i < this.slices.length && this.slices[i]!.start < end; i++) {
      if (this.slices[i]!.start >= start) slices.push(this.slices[i]!);
    }
    return slices;
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
