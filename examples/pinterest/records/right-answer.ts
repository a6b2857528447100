import type { EmulatedRecord, PinFacts } from './emulator.js';

/** What the pipeline must come to. */
export interface RightAnswer {
  readonly records: number;
  /** By the operator that rejects them. */
  readonly rejected: { readonly source: number; readonly clean: number; readonly eventTime: number };
  readonly late: number;
  readonly duplicates: number;
  readonly kept: number;
  /** By start of the minute, then category. */
  readonly windows: readonly PinWindow[];
}

/** One minute of one category. */
export interface PinWindow {
  /** In ms UTC. */
  readonly windowStart: number;
  readonly category: string;
  readonly pins: number;
  /** Null where no pin of the window has a count. */
  readonly followers: number | null;
}

/** Adds records up, in the order in which they are posted. */
export interface RightAnswerTally {
  add(record: EmulatedRecord): void;
  answer(): RightAnswer;
}

const disorderMs = 5_000;
const dedupMs = 60 * 60_000;
const windowMs = 60_000;

/**
 * The right answer by its definition alone: all pins in memory, sorted, no state and no clock. It shares nothing with the
 * library, so that the two can be held against each other.
 */
export function rightAnswer(): RightAnswerTally {
  const rejected = { source: 0, clean: 0, eventTime: 0 };
  const newest: number[] = [];
  const onTime: PinFacts[] = [];
  let records = 0;
  let late = 0;
  return {
    add: ({ partition, facts }) => {
      records++;
      if (facts.fate !== 'good') {
        rejected[facts.fate]++;
        return;
      }
      const before = newest[partition] ?? -Infinity;
      newest[partition] = Math.max(before, facts.time);
      if (facts.time < before - disorderMs) late++;
      else onTime.push(facts);
    },
    answer: () => {
      const kept = withoutReposts(onTime);
      const duplicates = onTime.length - kept.length;
      return { records, rejected, late, duplicates, kept: kept.length, windows: perMinute(kept) };
    },
  };
}

/** Of an id that comes again within the hour only the first pin, by time; then the next one after that hour. */
function withoutReposts(pins: readonly PinFacts[]): PinFacts[] {
  const keptAt = new Map<string, number>();
  // All pins of an id are in one partition. Where they have the same time, sorting leaves the order of their offsets.
  return [...pins]
    .sort((a, b) => a.time - b.time)
    .filter(({ id, time }) => {
      const last = keptAt.get(id);
      if (last !== undefined && time - last < dedupMs) return false;
      keptAt.set(id, time);
      return true;
    });
}

function perMinute(kept: readonly PinFacts[]): PinWindow[] {
  const windows = new Map<string, { -readonly [field in keyof PinWindow]: PinWindow[field] }>();
  for (const { time, category, followers } of kept) {
    const windowStart = Math.floor(time / windowMs) * windowMs;
    const key = `${windowStart} ${category}`;
    const window = windows.get(key) ?? { windowStart, category, pins: 0, followers: null };
    window.pins++;
    if (followers !== null) window.followers = (window.followers ?? 0) + followers;
    windows.set(key, window);
  }
  return [...windows.values()].sort(
    (a, b) => a.windowStart - b.windowStart || (a.category < b.category ? -1 : a.category > b.category ? 1 : 0),
  );
}
