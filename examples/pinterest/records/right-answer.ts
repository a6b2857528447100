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

interface Arrival extends PinFacts {
  readonly partition: number;
  readonly offset: number;
}

const disorderMs = 5_000;
const dedupMs = 60 * 60_000;
const windowMs = 60_000;

/**
 * The right answer by its definition alone: all records in memory, sorted, no state and no clock. It shares nothing with
 * the library, so that the two can be held against each other.
 */
export function rightAnswer(): RightAnswerTally {
  const rejected = { source: 0, clean: 0, eventTime: 0 };
  const offsets: number[] = [];
  const newest: number[] = [];
  const byId = new Map<string, Arrival[]>();
  let records = 0;
  let late = 0;
  return {
    add: ({ partition, facts }) => {
      records++;
      const offset = offsets[partition] ?? 0;
      offsets[partition] = offset + 1;
      if (facts.fate !== 'good') {
        rejected[facts.fate]++;
        return;
      }
      const before = newest[partition] ?? -Infinity;
      newest[partition] = Math.max(before, facts.time);
      if (facts.time < before - disorderMs) {
        late++;
        return;
      }
      const arrivals = byId.get(facts.id);
      if (arrivals === undefined) byId.set(facts.id, [{ ...facts, partition, offset }]);
      else arrivals.push({ ...facts, partition, offset });
    },
    answer: () => {
      const kept = [...byId.values()].flatMap(firstWithinTheHour);
      const duplicates = records - rejected.source - rejected.clean - rejected.eventTime - late - kept.length;
      return { records, rejected, late, duplicates, kept: kept.length, windows: perMinute(kept) };
    },
  };
}

function firstWithinTheHour(arrivals: readonly Arrival[]): Arrival[] {
  const kept: Arrival[] = [];
  for (const arrival of [...arrivals].sort(byTimeThenPlace)) {
    const last = kept.at(-1);
    if (last === undefined || arrival.time - last.time >= dedupMs) kept.push(arrival);
  }
  return kept;
}

function byTimeThenPlace(a: Arrival, b: Arrival): number {
  return a.time - b.time || a.partition - b.partition || a.offset - b.offset;
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
