import type { EmulatedRecord } from './emulator.js';
import type { PinWindow, RightAnswer } from './right-answer.js';

interface CleanPin {
  readonly id: string;
  readonly category: string;
  readonly time: number;
  readonly followers: number | null;
}

type Outcome = 'source' | 'clean' | 'eventTime' | 'late' | CleanPin;

/**
 * The same answer from the bytes alone: every record is parsed and cleaned as the table of the original says, and the
 * pins that are left are compared with one another. What the emulator knows of its records is not looked at.
 */
export function naiveAnswer(records: readonly EmulatedRecord[]): RightAnswer {
  const newest = new Map<number, number>();
  const outcomes = records.map(({ partition, value, brokerTime }): Outcome => {
    const pin = readPin(value);
    if (typeof pin === 'string') return pin;
    if (pin.time > brokerTime + 3_600_000) return 'eventTime';
    const before = newest.get(partition) ?? -Infinity;
    newest.set(partition, Math.max(before, pin.time));
    return pin.time < before - 5_000 ? 'late' : pin;
  });
  const count = (what: Outcome): number => outcomes.filter((outcome) => outcome === what).length;
  const onTime = outcomes.filter((outcome) => typeof outcome === 'object');
  const kept = withoutReposts(onTime);
  return {
    records: records.length,
    rejected: { source: count('source'), clean: count('clean'), eventTime: count('eventTime') },
    late: count('late'),
    duplicates: onTime.length - kept.length,
    kept: kept.length,
    windows: windowsOf(kept),
  };
}

/** Pins in order of time, without those that a kept one of the same id precedes by less than an hour. */
function withoutReposts(pins: readonly CleanPin[]): CleanPin[] {
  const keptAt = new Map<string, number>();
  return [...pins]
    .sort((a, b) => a.time - b.time)
    .filter(({ id, time }) => {
      if (time - (keptAt.get(id) ?? -Infinity) < 3_600_000) return false;
      keptAt.set(id, time);
      return true;
    });
}

function windowsOf(pins: readonly CleanPin[]): PinWindow[] {
  const minute = ({ time }: CleanPin): number => time - (time % 60_000);
  const keys = [...new Set(pins.map((pin) => `${minute(pin)} ${pin.category}`))].sort();
  const byKey = new Map<string, CleanPin[]>(keys.map((key) => [key, []]));
  for (const pin of pins) byKey.get(`${minute(pin)} ${pin.category}`)!.push(pin);
  return [...byKey.values()].map((members) => {
    const counts = members.flatMap(({ followers }) => followers ?? []);
    return {
      windowStart: minute(members[0]!),
      category: members[0]!.category,
      pins: members.length,
      followers: counts.length === 0 ? null : counts.reduce((sum, followers) => sum + followers),
    };
  });
}

function readPin(value: string | Uint8Array): CleanPin | 'source' | 'clean' {
  const pin = decoded(value);
  if (pin === undefined) return 'source';
  const { unique_id: id, category, follower_count, timestamp, downloaded } = pin;
  const followers = cleanedFollowers(follower_count);
  const [, day, time] = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)$/.exec(timestamp) ?? [];
  const ms = Date.parse(`${day}T${time}Z`);
  if (followers === undefined || Number.isNaN(ms) || (downloaded !== 0 && downloaded !== 1)) return 'clean';
  return { id, category, time: ms, followers };
}

function cleanedFollowers(text: string): number | null | undefined {
  if (text === 'User Info Error') return null;
  const [, digits, unit] = /^(\d+)([kM]?)$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * { '': 1, k: 1e3, M: 1e6 }[unit as '' | 'k' | 'M'];
}

interface DecodedPin {
  readonly unique_id: string;
  readonly category: string;
  readonly follower_count: string;
  readonly timestamp: string;
  readonly downloaded: number;
}

/** The pin in a value, where its JSON has what the schema asks for. */
function decoded(value: string | Uint8Array): DecodedPin | undefined {
  let parsed: unknown;
  try {
    const text = typeof value === 'string' ? value : new TextDecoder('utf8', { fatal: true }).decode(value);
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed) || depth(parsed) > 512) return undefined;
  const pin = parsed as { readonly [field: string]: unknown };
  const isText = (field: string): boolean => typeof pin[field] === 'string';
  const isInt32 = (field: string): boolean => pin[field] === ((pin[field] as number) | 0);
  const isPin = ['unique_id', 'category', 'follower_count', 'timestamp'].every(isText) && ['index', 'downloaded'].every(isInt32); // prettier-ignore
  return isPin ? (parsed as DecodedPin) : undefined;
}

/** Level by level, since a call per level would not survive what it is to find. */
function depth(value: unknown): number {
  let levels = 0;
  for (let level = [value]; level.length > 0; levels++) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? valuesOf(each) : []));
  }
  return levels;
}

function valuesOf(value: object): unknown[] {
  return Object.values(value);
}
