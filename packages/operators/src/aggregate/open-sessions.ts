import { grown } from '@millrace/core/operate';
import { Deadlines } from './deadlines.js';

// The windows of every group that may still grow: per group a list of disjoint intervals, the newest first, since most
// records belong to it. A slot is one interval. When two become one, the newer takes the older in, whose slot points
// on to it ("merged") until the older one's deadline has passed: only then is the slot given again, so that every slot
// has exactly one deadline. A deadline may be earlier than the end, which has grown since; it is put off then.

const free = 0;
const open = 1;
const merged = 2;

/** Intervals of groups; those of one group that overlap become one. */
export class OpenSessions {
  private startOf = new Float64Array(64);
  private endOf = new Float64Array(64);
  private entryOf = new Int32Array(64);
  private stateOf = new Uint8Array(64);
  /** The next older interval of the group and one; of a merged slot the one that took it in, and one. */
  private nextOf = new Int32Array(64);
  /** The newest interval of a group and one. */
  private newestOf = new Int32Array(64);
  private readonly freeSlots: number[] = [];
  private readonly deadlines = new Deadlines();
  private used = 0;
  private count = 0;

  /** How many intervals are open. */
  get size(): number {
    return this.count;
  }

  /** All slots are below it. */
  get capacity(): number {
    return this.used;
  }

  /**
   * Takes [start, end) of a group in: gives the slot of the interval that holds it now. Slots that were taken in by
   * another one are added to `taken`.
   */
  take(entry: number, start: number, end: number, taken: number[]): number {
    this.newestOf = grown(this.newestOf, entry + 1);
    let newer = -1;
    let slot = this.newestOf[entry]! - 1;
    while (slot >= 0 && end <= this.startOf[slot]!) {
      newer = slot;
      slot = this.nextOf[slot]! - 1;
    }
    if (slot < 0 || start >= this.endOf[slot]!) return this.insert(entry, start, end, newer, slot);
    this.startOf[slot] = Math.min(this.startOf[slot]!, start);
    this.endOf[slot] = Math.max(this.endOf[slot]!, end);
    for (let older = this.nextOf[slot]! - 1; older >= 0 && start < this.endOf[older]!; older = this.nextOf[slot]! - 1) {
      this.startOf[slot] = Math.min(this.startOf[slot]!, this.startOf[older]!);
      this.nextOf[slot] = this.nextOf[older]!;
      this.stateOf[older] = merged;
      this.nextOf[older] = slot + 1;
      this.count--;
      taken.push(older);
    }
    return slot;
  }

  /** The open slot that has taken `slot` in: itself where none has. */
  holderOf(slot: number): number {
    let holder = slot;
    while (this.stateOf[holder] === merged) holder = this.nextOf[holder]! - 1;
    return holder;
  }

  /** The slots of the intervals that end up to `watermark`. */
  due(watermark: number): Int32Array {
    const due: number[] = [];
    while (this.deadlines.isDue(watermark)) {
      const slot = this.deadlines.pop();
      if (this.stateOf[slot] === merged) this.free(slot);
      else if (this.endOf[slot]! > watermark) this.deadlines.push(this.endOf[slot]!, slot);
      else due.push(slot);
    }
    return Int32Array.from(due);
  }

  /** Forgets intervals that were due; gives the groups that have none left. */
  remove(slots: Int32Array): Int32Array {
    const emptied: number[] = [];
    for (const slot of slots) {
      const entry = this.entryOf[slot]!;
      let newer = -1;
      for (let at = this.newestOf[entry]! - 1; at !== slot; at = this.nextOf[at]! - 1) newer = at;
      if (newer >= 0) this.nextOf[newer] = this.nextOf[slot]!;
      else this.newestOf[entry] = this.nextOf[slot]!;
      if (this.newestOf[entry] === 0) emptied.push(entry);
      this.count--;
      this.free(slot);
    }
    return Int32Array.from(emptied);
  }

  /** The slots of all open intervals. */
  slots(): Int32Array {
    const slots = new Int32Array(this.count);
    let at = 0;
    for (let slot = 0; slot < this.used; slot++) if (this.stateOf[slot] === open) slots[at++] = slot;
    return slots;
  }

  starts(slots: Int32Array): Float64Array {
    return Float64Array.from(slots, (slot) => this.startOf[slot]!);
  }

  ends(slots: Int32Array): Float64Array {
    return Float64Array.from(slots, (slot) => this.endOf[slot]!);
  }

  entries(slots: Int32Array): Int32Array {
    return slots.map((slot) => this.entryOf[slot]!);
  }

  private insert(entry: number, start: number, end: number, newer: number, older: number): number {
    const slot = this.freeSlots.pop() ?? this.newSlot();
    this.startOf[slot] = start;
    this.endOf[slot] = end;
    this.entryOf[slot] = entry;
    this.stateOf[slot] = open;
    this.nextOf[slot] = older + 1;
    if (newer >= 0) this.nextOf[newer] = slot + 1;
    else this.newestOf[entry] = slot + 1;
    this.count++;
    this.deadlines.push(end, slot);
    return slot;
  }

  private newSlot(): number {
    const slots = ++this.used;
    this.startOf = grown(this.startOf, slots);
    this.endOf = grown(this.endOf, slots);
    this.entryOf = grown(this.entryOf, slots);
    this.stateOf = grown(this.stateOf, slots);
    this.nextOf = grown(this.nextOf, slots);
    return slots - 1;
  }

  private free(slot: number): void {
    this.stateOf[slot] = free;
    this.freeSlots.push(slot);
  }
}
