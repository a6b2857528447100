import { millraceError } from '@millrace/core';
import { civilMinute } from './civil.js';

/**
 * A time zone: from what its clocks show to the instant, both in milliseconds since 1970-01-01T00:00 (there, and UTC).
 * Of an hour that clocks show twice it is the first; NaN where clocks skip it.
 */
export type Zone = (local: number) => number;

const msPerDay = 86_400_000;
const blockMs = 900_000;
const cachedBlocksMax = 4096;
// The first days of year 1: what Intl says of earlier ones counts in years before Christ.
const earliest = civilMinute(1, 1, 3, 0, 0);

/**
 * The zone of an IANA name, independent of the zone of the process.
 *
 * @throws MillraceError `MILLRACE_OPTION_INVALID` where there is no zone of that name.
 */
export function zoneOf(name: string): Zone {
  if (name === 'UTC') return (local) => local;
  const offsetAt = offsetsOf(name);
  const instant = (local: number): number => {
    // What held a day before and holds a day after: between them lies at most one change of the clocks.
    const before = offsetAt(local - msPerDay);
    const after = offsetAt(local + msPerDay);
    if (offsetAt(local - before) === before) return local - before;
    return offsetAt(local - after) === after ? local - after : NaN;
  };
  const offsetOfBlock = new Map<number, number>();
  return (local) => {
    const block = Math.floor(local / blockMs);
    const cached = offsetOfBlock.get(block);
    if (cached !== undefined) return local - cached;
    const first = block * blockMs;
    const offset = first - instant(first);
    // No change of clocks skips less than a quarter of an hour, so that equal ends mean equal throughout.
    if (first + blockMs - 1 - instant(first + blockMs - 1) !== offset) return instant(local);
    if (offsetOfBlock.size >= cachedBlocksMax) offsetOfBlock.clear();
    offsetOfBlock.set(block, offset);
    return local - offset;
  };
}

/** How far clocks of the zone are ahead of UTC at an instant. */
function offsetsOf(name: string): (instant: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw millraceError('MILLRACE_OPTION_INVALID', {
      subject: 'text().timestamp({ zone })',
      option: 'zone',
      problem: `is '${name}', which is no time zone`,
      fix: "Name an IANA zone, such as 'UTC' or 'America/New_York'.",
    });
  }
  return (instant) => {
    const second = Math.floor(Math.max(instant, earliest) / 1000) * 1000;
    const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of format.formatToParts(second)) shown[type] = Number(value);
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = shown;
    return civilMinute(year, month, day, hour, minute) + (shown.second ?? 0) * 1000 - second;
  };
}
