import { pinMaker } from './new-pin.js';
import { randomOf } from '../random.js';

/** Where the random sequence of the pins begins. */
export const pinsSeed = 0x12345678;

/** The event time of the first record: late enough that no record lies before 12:00. */
const firstMs = Date.UTC(2026, 0, 5, 12, 0, 3);
const outOfOrderMs = 3000;

/** Recent originals are remembered here for re-posts. */
const remembered = 65_536;
/** Re-posts begin once the ring is nearly full. */
const repostsFrom = 60_000;

/**
 * `records` pins as JSON lines, a millisecond apart and up to 3 s out of order. About 4.7 % are re-posts: the same pin
 * with a time of its own, 6,001 to 55,000 records later and therefore later in event time as well, within one minute.
 *
 * The first lines of a longer run are those of a shorter one.
 */
export function* pinLines(records: number): Generator<string, void, undefined> {
  const random = randomOf(pinsSeed);
  const newPin = pinMaker(random);
  // Undefined where there was a re-post: a pin is re-posted once at most.
  const ring = new Array<string | undefined>(remembered);
  for (let i = 0; i < records; i++) {
    const time = new Date(firstMs + i - Math.floor(random() * (outOfOrderMs + 1))).toISOString();
    const original = i > repostsFrom && random() < 0.05 ? ring[(i - 6001 - Math.floor(random() * 49_000)) % remembered] : undefined; // prettier-ignore
    const pin = original ?? newPin();
    ring[i % remembered] = original === undefined ? pin : undefined;
    yield `${pin},"timestamp":"${time}"}\n`;
  }
}
