import type { ParseKernel } from '../step.js';
import { civilMinute } from './civil.js';
import type { Zone } from './zone.js';

// Records come about in order of time, so that most of them fall into the same minute as the one before: the 16 bytes
// `2026-01-05T12:00` are compared with those of the last text, as four words where it lies aligned, and only the rest
// is parsed.
//
//   0         16  19
//   2026-01-05T12:00 :03 .250 Z
//   └── the minute ┘

/** A kernel that parses ISO times from bytes, to milliseconds. It misses whatever needs a closer look. */
export function timestampKernel(zone: Zone | undefined): ParseKernel {
  const prefix = new Uint8Array(16);
  const prefixWords = new Int32Array(prefix.buffer);
  let minute = NaN;
  let zoned = NaN;

  const setMinute = (bytes: Uint8Array, start: number): void => {
    prefix.set(bytes.subarray(start, start + 16));
    minute = minuteOf(bytes, start);
    zoned = zone === undefined || Number.isNaN(minute) ? NaN : zonedMinute(minute, zone);
  };

  return ({ bytes, offsets }, rows, values, misses) => {
    const words =
      (bytes.byteOffset & 3) === 0 ? new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2) : undefined;
    let missed = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const start = offsets[row]!;
      const end = offsets[row + 1]!;
      if (end - start < 19) {
        misses[missed++] = row;
        continue;
      }
      if (words !== undefined && (start & 3) === 0) {
        if (!sameWords(words, start >> 2, prefixWords)) setMinute(bytes, start);
      } else if (!sameBytes(bytes, start, prefix)) {
        setMinute(bytes, start);
      }
      const rest = restOf(bytes, start + 16, end);
      const value = end - start > 19 && !isDigit(bytes[end - 1]! - zero) ? minute + rest : zoned + rest;
      if (value === value) values[row] = value;
      else misses[missed++] = row;
    }
    return missed;
  };
}

function sameWords(words: Int32Array, at: number, prefix: Int32Array): boolean {
  return (
    words[at] === prefix[0] && words[at + 1] === prefix[1] && words[at + 2] === prefix[2] && words[at + 3] === prefix[3]
  );
}

function sameBytes(bytes: Uint8Array, start: number, prefix: Uint8Array): boolean {
  for (let at = 15; at >= 0; at--) if (bytes[start + at] !== prefix[at]) return false;
  return true;
}

function minuteOf(bytes: Uint8Array, start: number): number {
  const separator = bytes[start + 10];
  if (bytes[start + 4] !== dash || bytes[start + 7] !== dash || bytes[start + 13] !== colon) return NaN;
  if (separator !== letterT && separator !== space) return NaN;
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  return civilMinute(year, month, day, twoDigits(bytes, start + 11), twoDigits(bytes, start + 14));
}

// NaN as well where the clocks change within the minute, as they did when zones began.
function zonedMinute(minute: number, zone: Zone): number {
  const instant = zone(minute);
  return zone(minute + 59_999) === instant + 59_999 ? instant : NaN;
}

// `:SS` or `:SS.` and 1 to 9 digits, with or without `Z`, in ms; NaN for everything else.
function restOf(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== colon) return NaN;
  const second = twoDigits(bytes, at + 1);
  if (!(second <= 59)) return NaN;
  const stop = bytes[end - 1] === letterZ ? end - 1 : end;
  if (stop === at + 3) return second * 1000;
  if (bytes[at + 3] !== point || stop - at < 5 || stop - at > 13) return NaN;
  let ms = 0;
  let unit = 100;
  for (let digitAt = at + 4; digitAt < stop; digitAt++) {
    const digit = bytes[digitAt]! - zero;
    if (!isDigit(digit)) return NaN;
    if (unit >= 1) ms += digit * unit;
    unit /= 10;
  }
  return second * 1000 + ms;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - zero;
  const ones = bytes[at + 1]! - zero;
  return isDigit(tens) && isDigit(ones) ? tens * 10 + ones : NaN;
}

function isDigit(digit: number): boolean {
  return digit >= 0 && digit <= 9;
}

const zero = 0x30;
const dash = 0x2d;
const colon = 0x3a;
const point = 0x2e;
const space = 0x20;
const letterT = 0x54;
const letterZ = 0x5a;
