import { type BytesColumn, bytesColumnOf, type Column, type DictionaryColumn } from '@millrace/core/connector';
import { categories, categoryOf, followersOf, followerTexts, mixed, originalOf, timeOf } from './hour-pins.js';

const idBytes = 36;
const timeBytes = 24;
const hexDigits = new TextEncoder().encode('0123456789abcdef');
const dash = 0x2d;

const categoryDictionary = bytesColumnOf(categories);
const followersDictionary = bytesColumnOf(followerTexts);

/** Pins `from` to `to` (exclusive) as the columns that the windows need. */
export function hourColumns(from: number, to: number): { readonly [field: string]: Column } {
  const length = to - from;
  const ids = fixedColumn(length, idBytes);
  const times = fixedColumn(length, timeBytes);
  const categoryCodes = new Int32Array(length);
  const followersCodes = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    const original = originalOf(from + row);
    writeId(ids.bytes, row * idBytes, original);
    writeTime(times.bytes, row * timeBytes, timeOf(from + row));
    categoryCodes[row] = categoryOf(original);
    followersCodes[row] = followersOf(original);
  }
  return {
    unique_id: ids,
    timestamp: times,
    category: dictionaryColumn(categoryCodes, categoryDictionary),
    follower_count: dictionaryColumn(followersCodes, followersDictionary),
  };
}

function fixedColumn(length: number, size: number): BytesColumn {
  const offsets = Int32Array.from({ length: length + 1 }, (_, row) => row * size);
  return { layout: 'bytes', offsets, bytes: new Uint8Array(length * size), validity: undefined };
}

function dictionaryColumn(codes: Int32Array, dictionary: BytesColumn): DictionaryColumn {
  return { layout: 'dictionary', codes, dictionary, validity: undefined };
}

// 8-4-4-4-12 digits: the pin's number, and what is mixed from it.
function writeId(bytes: Uint8Array, start: number, pin: number): void {
  let word = pin;
  let digits = 0;
  for (let at = 0; at < idBytes; at++) {
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      bytes[start + at] = dash;
      continue;
    }
    if (digits > 0 && digits % 8 === 0) word = mixed(pin + digits);
    bytes[start + at] = hexDigits[word & 15]!;
    word >>>= 4;
    digits++;
  }
}

const text = new TextEncoder();
let minute = -1;
const minutePrefix = new Uint8Array(17);

function writeTime(bytes: Uint8Array, start: number, time: number): void {
  const ownMinute = Math.floor(time / 60_000);
  if (ownMinute !== minute) {
    minute = ownMinute;
    text.encodeInto(new Date(minute * 60_000).toISOString().slice(0, 17), minutePrefix);
  }
  bytes.set(minutePrefix, start);
  let rest = time - minute * 60_000;
  for (const at of millisPlaces) {
    bytes[start + at] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  bytes[start + 19] = 0x2e;
  bytes[start + 23] = 0x5a;
}

/** Where the digits of seconds and milliseconds stand, the last first. */
const millisPlaces = [22, 21, 20, 18, 17];
