/** Not a time at all; a time, but without a zone. */
export const unreadable = -1e16;
export const withoutZone = -2e16;

/** The largest distance from the epoch that a `Date` can have, in ms: in the years −271821 and 275760. */
export const instantMax = 8.64e15;

const minuteMs = 60_000;

/**
 * The milliseconds since the epoch of an ISO 8601 time in ASCII: `YYYY-MM-DD`, `T` or a space, `HH:MM`, `:SS` and a
 * fraction where they are known, and a zone (`Z`, `±HH:MM`, `±HHMM` or `±HH`). Years of six digits have a sign. The
 * fraction is cut to milliseconds. Days that the month does not have, hour 24 and second 60 cannot be read.
 *
 * Gives `unreadable` or `withoutZone` where there is no such instant.
 */
export function isoTime(bytes: Uint8Array, start: number, stop: number): number {
  const first = bytes[start];
  const signed = first === 0x2b || first === 0x2d;
  const yearEnd = start + (signed ? 7 : 4);
  const year = number(bytes, start + (signed ? 1 : 0), yearEnd, stop);
  const month = separated(bytes, yearEnd, stop, 0x2d);
  const day = separated(bytes, yearEnd + 3, stop, 0x2d);
  if (year < 0 || month < 1 || month > 12 || day < 1 || (first === 0x2d && year === 0)) return unreadable;
  const fullYear = first === 0x2d ? -year : year;
  if (day > daysIn(month, fullYear)) return unreadable;

  let at = yearEnd + 6;
  if (at === stop) return withoutZone;
  const hour = number(bytes, at + 1, at + 3, stop);
  const minute = separated(bytes, at + 3, stop, 0x3a);
  const divider = bytes[at]! | 0x20; // T or t; a space stays one
  if ((divider !== 0x74 && bytes[at] !== 0x20) || hour < 0 || hour > 23 || minute < 0 || minute > 59) return unreadable;
  let ms = (hour * 60 + minute) * minuteMs;
  at += 6;
  if (at < stop && bytes[at] === 0x3a) {
    const second = separated(bytes, at, stop, 0x3a);
    if (second < 0 || second > 59) return unreadable;
    ms += second * 1000;
    at += 3;
    if (at < stop && bytes[at] === 0x2e) {
      const fractionEnd = digitsEnd(bytes, at + 1, stop);
      if (fractionEnd === at + 1) return unreadable;
      ms += milliseconds(bytes, at + 1, fractionEnd);
      at = fractionEnd;
    }
  }
  if (at === stop) return withoutZone;
  const zone = zoneMinutes(bytes, at, stop);
  const time = daysSinceEpoch(fullYear, month, day) * 86_400_000 + ms - zone * minuteMs;
  return Math.abs(time) <= instantMax ? time : unreadable;
}

/** Minutes east of UTC; NaN where there is no zone at `at`, or anything behind it. */
function zoneMinutes(bytes: Uint8Array, at: number, stop: number): number {
  if ((bytes[at]! | 0x20) === 0x7a) return at + 1 === stop ? 0 : NaN;
  if (bytes[at] !== 0x2b && bytes[at] !== 0x2d) return NaN;
  const hours = number(bytes, at + 1, at + 3, stop);
  const minutesAt = at + 3 + (at + 3 < stop && bytes[at + 3] === 0x3a ? 1 : 0);
  const minutes = at + 3 === stop ? 0 : number(bytes, minutesAt, minutesAt + 2, stop);
  const end = at + 3 === stop ? stop : minutesAt + 2;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || end !== stop) return NaN;
  return (bytes[at] === 0x2d ? -1 : 1) * (hours * 60 + minutes);
}

/** The number in the digits from `from` to `to`, −1 where one is none. */
function number(bytes: Uint8Array, from: number, to: number, stop: number): number {
  if (to > stop) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte < 0x30 || byte > 0x39) return -1;
    value = value * 10 + byte - 0x30;
  }
  return value;
}

/** The number of two digits behind `separator`. */
function separated(bytes: Uint8Array, at: number, stop: number, separator: number): number {
  return at < stop && bytes[at] === separator ? number(bytes, at + 1, at + 3, stop) : -1;
}

function digitsEnd(bytes: Uint8Array, from: number, stop: number): number {
  let at = from;
  while (at < stop && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++;
  return at;
}

function milliseconds(bytes: Uint8Array, from: number, to: number): number {
  let ms = 0;
  for (let i = 0; i < 3; i++) ms = ms * 10 + (from + i < to ? bytes[from + i]! - 0x30 : 0);
  return ms;
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(month: number, year: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : monthDays[month - 1]!;
}

/** Days in the proleptic Gregorian calendar, with years that begin in March so that the leap day is the last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
