import type { Answer } from '../records/answer.js';

/** One partition while it is read: what was fetched of it, and who waits for more. */
export interface Slot {
  readonly partition: number;
  /** Where the next fetch starts: behind the answers. */
  fetchFrom: number;
  /** Answers that follow one another. */
  answers: Answer[];
  /** The end of the partition that the last answer told, or −1. */
  end: number;
  /** Since when a fetch waits at the broker for the first record at `fetchFrom`; undefined while none does. */
  polledSince: number | undefined;
  /** How often the broker had nothing where it says that there is something. */
  hollow: number;
  /** What is wrong with its position; told to the next who reads there. */
  failure: unknown;
  /** Who waits for what a fetch brings. */
  reader: { readonly settle: () => void } | undefined;
  readonly arrivals: Set<() => void>;
}

/** Answers of one partition that are kept: one that is read, and one ahead of it. */
export const answersMax = 2;

/** A partition that is read from `position` on. */
export function slotAt(partition: number, position: number): Slot {
  const arrivals = new Set<() => void>();
  const fresh = { answers: [], end: -1, polledSince: undefined, hollow: 0, failure: undefined, reader: undefined };
  return { partition, fetchFrom: position, arrivals, ...fresh };
}

/** Forgets what was fetched, to go on from another position. */
export function moveSlot(slot: Slot, position: number): void {
  slot.fetchFrom = position;
  slot.answers = [];
  slot.end = -1;
  slot.polledSince = undefined;
  slot.hollow = 0;
  slot.failure = undefined;
}

/** The position of the first record that is at hand, or that is fetched next. */
export function positionOf({ answers, fetchFrom }: Slot): number {
  return answers[0]?.position ?? fetchFrom;
}

/** Whether everything up to the end that the broker told was read. */
export function isCaughtUp(slot: Slot): boolean {
  return slot.end >= 0 && slot.answers.length === 0 && slot.fetchFrom >= slot.end;
}

/** Tells all who wait that something has happened. */
export function wake(slot: Slot): void {
  slot.reader?.settle();
  slot.reader = undefined;
  for (const arrived of [...slot.arrivals]) arrived();
}
