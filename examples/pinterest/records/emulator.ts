import { partitionOfKey } from '@millrace/core/connector';
import { dirt, type Fate } from './dirt.js';
import { newPin, uuid, type PostedPin } from './new-pin.js';
import { seededRandom, type Random } from './random.js';
import { repostDelay, repostPlan } from './reposts.js';

/** How many pins, and which. */
export interface EmulatorOptions {
  readonly pins: number;
  readonly partitions?: number;
  readonly seed?: number;
}

/** A record to post, and what the emulator knows of it. */
export interface EmulatedRecord {
  readonly key: string;
  /** Where the hash of its key puts it. */
  readonly partition: number;
  readonly value: string | Uint8Array;
  /** When it reached the broker, in ms UTC. */
  readonly brokerTime: number;
  readonly facts: PinFacts;
}

/** What can be counted of a pin without reading it. */
export interface PinFacts {
  readonly fate: Fate;
  readonly id: string;
  /** Of the post: where it was posted from, and by whom, have the same. */
  readonly index: number;
  /** In ms UTC; whole seconds, as in the original. */
  readonly time: number;
  readonly category: string;
  readonly followers: number | null;
}

/** The time of the first pin, in ms UTC. */
export const startTime: number = Date.UTC(2026, 0, 5, 12);
const msPerPin = 25;
/** One slot in so many holds a broken record, and one in so many a pin that comes long after its time. */
const dirtEvery = 2500;
const stragglerEvery = 5000;

/**
 * Pins as the emulator of the original pipeline posts them, with all that goes wrong on the way: for the same options
 * the same bytes, on any machine.
 *
 * They are 25 ms apart and up to 3 s out of order; a few come many seconds late. About one in twenty is posted again
 * within the hour, with a later time of its own, and a few after it. The last partition falls quiet for the last third.
 */
export function* emulatePins({ pins, partitions = 3, seed = 100 }: EmulatorOptions): Generator<EmulatedRecord> {
  const random = seededRandom(seed);
  const reposts = repostPlan((slot) => isBroken(slot) || isStraggler(slot));
  const quietFrom = Math.floor((pins * 2) / 3);
  for (let slot = 0; slot < pins; slot++) {
    const now = startTime + slot * msPerPin;
    const again = reposts.take(slot);
    if (again !== undefined) {
      const { time, text } = postTime(random, now - random.int(3001));
      yield emulated({ ...again.pin, timestamp: text }, again.partition, now, time);
      continue;
    }
    const { id, partition } = newKey(random, partitions, slot < quietFrom ? partitions : partitions - 1);
    const behind = isStraggler(slot) ? 8_000 + random.int(30_000) : random.int(3001);
    const { time, text } = postTime(random, Math.max(startTime, now - behind));
    const pin = newPin(random, id, text);
    if (isBroken(slot)) {
      const { fate, make } = dirt[Math.floor(slot / dirtEvery) % dirt.length]!;
      yield { ...emulated(pin, partition, now, time, fate), value: make(pin) };
      continue;
    }
    yield emulated(pin, partition, now, time);
    if (!isStraggler(slot) && random.chance(repostChance)) {
      const end = partition === partitions - 1 ? quietFrom : pins;
      reposts.add(slot + Math.ceil(repostDelay(random) / msPerPin), end, { pin, partition });
    }
  }
}

/** Above one in twenty, since some would come after the end. */
const repostChance = 0.062;
const isBroken = (slot: number): boolean => slot % dirtEvery === dirtEvery >> 1;
const isStraggler = (slot: number): boolean => slot % stragglerEvery === stragglerEvery - 1;

/** A new id whose hash leads to one of the first `awake` partitions. */
function newKey(random: Random, partitions: number, awake: number): { id: string; partition: number } {
  while (true) {
    const id = uuid(random);
    const partition = partitionOfKey(utf8.encode(id), partitions);
    if (partition < awake) return { id, partition };
  }
}

/** A time cut to the second, in one of the two forms in which the original writes it. */
function postTime(random: Random, ms: number): { time: number; text: string } {
  const time = Math.floor(ms / 1000) * 1000;
  const text = new Date(time).toISOString().slice(0, 19);
  return { time, text: random.chance(0.5) ? text : text.replace('T', ' ') };
}

function emulated(
  pin: PostedPin,
  partition: number,
  brokerTime: number,
  time: number,
  fate: Fate = 'good',
): EmulatedRecord {
  const { unique_id: id, index, category, follower_count } = pin;
  const facts: PinFacts = { fate, id, index, time, category, followers: followers(follower_count) };
  return { key: id, partition, value: JSON.stringify(pin), brokerTime, facts };
}

const utf8 = new TextEncoder();
const units: { readonly [unit: string]: number } = { k: 1_000, M: 1_000_000 };

function followers(text: string): number | null {
  if (text === 'User Info Error') return null;
  const unit = units[text.at(-1)!];
  return unit === undefined ? Number(text) : Number(text.slice(0, -1)) * unit;
}
