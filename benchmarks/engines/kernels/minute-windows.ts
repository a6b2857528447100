import type { PinWindow } from '../../pinterest/windows-text.js';

const minuteMs = 60_000;
/** More categories than the pins have; a power of two. */
const categoriesMax = 64;

/** Counts, sums and maxima per minute and category. */
export interface MinuteWindows {
  /** The codes of categories in here, for the texts of a dictionary. */
  codesOf(texts: readonly string[]): Int32Array;
  /** Adds the first `count` of `rows`; `followers` that are NaN are none. */
  add(
    codes: Int32Array,
    codesHere: Int32Array,
    times: Float64Array,
    followers: Float64Array,
    rows: Int32Array,
    count: number,
  ): void;
  /** Closes the windows that end at or before the watermark. */
  close(watermark: number): void;
  readonly closed: PinWindow[];
}

interface OpenMinute {
  readonly pins: Int32Array;
  readonly valued: Int32Array;
  readonly followers: Float64Array;
  readonly most: Float64Array;
}

export function minuteWindows(): MinuteWindows {
  const categories = new Map<string, number>();
  const open = new Map<number, OpenMinute>();
  const closed: PinWindow[] = [];
  const openMinute = (start: number): OpenMinute => {
    const minute = open.get(start) ?? {
      pins: new Int32Array(categoriesMax),
      valued: new Int32Array(categoriesMax),
      followers: new Float64Array(categoriesMax),
      most: new Float64Array(categoriesMax).fill(-Infinity),
    };
    open.set(start, minute);
    return minute;
  };
  let knownTexts: readonly string[] = [];
  let knownCodes = new Int32Array(0);

  return {
    closed,
    codesOf(texts) {
      if (texts === knownTexts) return knownCodes;
      knownTexts = texts;
      knownCodes = Int32Array.from(texts, (text) => {
        const code = categories.get(text) ?? categories.size;
        if (code === categoriesMax) throw new Error('There are too many categories.');
        categories.set(text, code);
        return code;
      });
      return knownCodes;
    },
    add(codes, codesHere, times, followers, rows, count) {
      let start = -Infinity;
      let minute = noMinute;
      for (let i = 0; i < count; i++) {
        const row = rows[i]!;
        const time = times[row]!;
        if (time < start || time >= start + minuteMs) {
          start = Math.floor(time / minuteMs) * minuteMs;
          minute = openMinute(start);
        }
        const category = codesHere[codes[row]!]!;
        const value = followers[row]!;
        minute.pins[category]!++;
        if (value !== value) continue;
        minute.valued[category]!++;
        minute.followers[category]! += value;
        if (value > minute.most[category]!) minute.most[category] = value;
      }
    },
    close(watermark) {
      for (const [start, { pins, valued, followers, most }] of open) {
        if (start + minuteMs > watermark) continue;
        open.delete(start);
        for (const [category, code] of categories) {
          if (pins[code] === 0) continue;
          const isEmpty = valued[code] === 0;
          closed.push({
            windowStart: new Date(start),
            category,
            pins: pins[code]!,
            followers: isEmpty ? null : followers[code]!,
            most: isEmpty ? null : most[code]!,
          });
        }
      }
    },
  };
}

const noMinute: OpenMinute = {
  pins: new Int32Array(0),
  valued: new Int32Array(0),
  followers: new Float64Array(0),
  most: new Float64Array(0),
};
