// A stream that spans many hours of event time and is made as it is read, so that memory holds nothing but the engine.
// Everything about pin `i` follows from `i`: 200,000 pins an hour, up to 3 s out of order, one in 20 a re-post of the pin
// 4,999 before it, a minute and a half later.

export const pinsPerHour = 200_000;
const firstMs = Date.UTC(2026, 0, 5, 12, 0, 3);

const hourMs = 3_600_000;
const stepMs = hourMs / pinsPerHour;
const outOfOrderMs = 3000;
const repostEvery = 20;
const repostedBefore = 4999;

export const categories = 'art beauty christmas diy-and-crafts education event-planning finance home-decor mens-fashion quotes tattoos travel vehicles'.split(' '); // prettier-ignore
/** What stands for the followers, by code; the first is no number. */
export const followerTexts = ['User Info Error', ...Array.from({ length: 999 }, (_, i) => `${i + 1}k`)];

/** The event time of pin `i`. */
export function timeOf(i: number): number {
  return firstMs + i * stepMs - ((i * 7919) % (outOfOrderMs + 1));
}

/** The pin that pin `i` is: itself, or the one that it posts again. */
export function originalOf(i: number): number {
  return i > repostedBefore && i % repostEvery === repostEvery - 1 ? i - repostedBefore : i;
}

export function categoryOf(original: number): number {
  return mixed(original) % categories.length;
}

export function followersOf(original: number): number {
  return (mixed(original) >>> 8) % followerTexts.length;
}

/** A number that looks random and is the same for the same pin. */
export function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
