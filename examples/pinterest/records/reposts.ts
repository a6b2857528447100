import type { PostedPin } from './new-pin.js';
import type { Random } from './random.js';

/** A pin that is to be posted again, and the partition that its key leads to. */
export interface Repost {
  readonly pin: PostedPin;
  readonly partition: number;
}

/** Which pins are to be posted again, and when. Holds only what is still to come. */
export interface Reposts {
  /** Sets a pin down for the first free slot from `slot` on; forgets it where that is not below `end`. */
  add(slot: number, end: number, repost: Repost): void;
  /** Gives what was set down for `slot`. */
  take(slot: number): Repost | undefined;
}

/** A plan in which the slots that `isTaken` says belong to other records. */
export function repostPlan(isTaken: (slot: number) => boolean): Reposts {
  const bySlot = new Map<number, Repost>();
  return {
    add: (slot, end, repost) => {
      let free = slot;
      while (isTaken(free) || bySlot.has(free)) free++;
      if (free < end) bySlot.set(free, repost);
    },
    take: (slot) => {
      const repost = bySlot.get(slot);
      bySlot.delete(slot);
      return repost;
    },
  };
}

/**
 * How long after the first post, in ms. Most come soon, all but a few within the hour; never so soon that disorder and
 * whole seconds could turn the two around.
 */
export function repostDelay(random: Random): number {
  if (random.chance(0.01)) return minutes(61) + random.int(minutes(14));
  const share = random.int(1000) / 1000;
  return 6_000 + Math.floor(minutes(54) * share ** 4);
}

const minutes = (count: number): number => count * 60_000;
