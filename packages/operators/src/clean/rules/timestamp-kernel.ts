import type { ParseKernel } from '../step.js';
import { civilMinute } from './civil.js';
import type { Zone } from './zone.js';

// Records come about in order of time, so that most of them fall into the same minute as the one before: the 16 bytes
// `2026-01-05T12:00` are compared, as four words, with those of the last text, and only the rest is parsed. Words are
// read through a DataView, which does not mind where they lie.
//
//   0         16  19   23
//   2026-01-05T12:00:03.250Z
//   └── the minute ┘

/** A kernel that parses ISO times from bytes, to milliseconds. It misses whatever needs a closer look. */
export function timestampKernel(zone: Zone | undefined): ParseKernel {
  const prefix = new Int32Array(4);
  // The minute of the prefix where the text names UTC, and where it names no zone.
  const minutes = Float64Array.of(NaN, NaN);

  const setMinute = (bytes: Uint8Array, view: DataView, start: number): void => {
    for (let word = 0; word < 4; word++) prefix[word] = view.getInt32(start + 4 * word, true);
    const minute = minuteOf(bytes, start);
    minutes[0] = minute;
    minutes[1] = zone === undefined || Number.isNaN(minute) ? NaN : zonedMinute(minute, zone);
  };

  return ({ bytes, offsets }, rows, values, misses) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let missed = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const start = offsets[row]!;
      const end = offsets[row + 1]!;
      let value = NaN;
      if (end - start >= 19) {
        if (!sameMinute(view, start, prefix)) setMinute(bytes, view, start);
        if (end - start === 24) {
          value = minutes[0]! + restOfWords(view.getInt32(start + 16, true), view.getInt32(start + 20, true));
        } else {
          const isZulu = bytes[end - 1] === letterZ;
          value = minutes[isZulu ? 0 : 1]! + restOf(bytes, start + 16, isZulu ? end - 1 : end);
        }
      }
      if (value === value) values[row] = value;
      else misses[missed++] = row;
    }
    return missed;
  };
}

function sameMinute(view: DataView, at: number, prefix: Int32Array): boolean {
  return (
    view.getInt32(at + 12, true) === prefix[3] &&
    view.getInt32(at + 8, true) === prefix[2] &&
    view.getInt32(at + 4, true) === prefix[1] &&
    view.getInt32(at, true) === prefix[0]
  );
}

function minuteOf(bytes: Uint8Array, start: number): number {
  const separator = bytes[start + 10];
  if (bytes[start + 4] !== dash || bytes[start + 7] !== dash || bytes[start + 13] !== colon) return NaN;
  if (separator !== letterT && separator !== space) return NaN;
  const century = twoDigits(bytes, start);
  const year = twoDigits(bytes, start + 2);
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  const hour = twoDigits(bytes, start + 11);
  const minute = twoDigits(bytes, start + 14);
  if (Math.min(century, year, hour, minute) < 0) return NaN;
  return civilMinute(century * 100 + year, month, day, hour, minute);
}

// NaN as well where the clocks change within the minute, as they did when zones began.
function zonedMinute(minute: number, zone: Zone): number {
  const instant = zone(minute);
  return zone(minute + 59_999) === instant + 59_999 ? instant : NaN;
}

// `:SS.` and `mmmZ` as words, in ms; NaN for everything else.
function restOfWords(seconds: number, fraction: number): number {
  if ((seconds & 0xff) !== colon || seconds >>> 24 !== point || fraction >>> 24 !== letterZ) return NaN;
  const second = twoDigitsOf(((seconds >> 8) & 0xff) - zero, ((seconds >> 16) & 0xff) - zero);
  const hundreds = (fraction & 0xff) - zero;
  const rest = twoDigitsOf(((fraction >> 8) & 0xff) - zero, ((fraction >> 16) & 0xff) - zero);
  if (second < 0 || second > 59 || rest < 0 || hundreds >>> 0 > 9) return NaN;
  return second * 1000 + hundreds * 100 + rest;
}

// `:SS` or `:SS.` and 1 to 9 digits, up to `stop`, in ms; NaN for everything else.
function restOf(bytes: Uint8Array, at: number, stop: number): number {
  const second = twoDigits(bytes, at + 1);
  if (bytes[at] !== colon || second < 0 || second > 59) return NaN;
  if (stop === at + 3) return second * 1000;
  if (bytes[at + 3] !== point || stop - at < 5 || stop - at > 13) return NaN;
  let ms = 0;
  let unit = 100;
  for (let digitAt = at + 4; digitAt < stop; digitAt++) {
    const digit = bytes[digitAt]! - zero;
    if (digit >>> 0 > 9) return NaN;
    ms += digit * unit;
    unit = unit === 1 ? 0 : (unit / 10) | 0;
  }
  return second * 1000 + ms;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  return twoDigitsOf(bytes[at]! - zero, bytes[at + 1]! - zero);
}

// −1 where either is no digit. Unsigned, a difference below zero is a large number.
function twoDigitsOf(tens: number, ones: number): number {
  return tens >>> 0 > 9 || ones >>> 0 > 9 ? -1 : tens * 10 + ones;
}

const zero = 0x30;
const dash = 0x2d;
const colon = 0x3a;
const point = 0x2e;
const space = 0x20;
const letterT = 0x54;
const letterZ = 0x5a;
