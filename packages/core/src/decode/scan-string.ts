import { type Cursor, malformed } from './cursor.js';
import { utf8Run } from './utf8.js';

// Flags of a string: it has escapes; it holds a lone surrogate or bytes that are not UTF-8.
const escaped = 1;
const damaged = 2;

// Neither a quote, nor a backslash, a control character, or a byte of a longer UTF-8 sequence.
const plain = new Uint8Array(256).map((_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c ? 1 : 0,
);

/** Moves over a string, from its first quote; leaves `start`, `stop` and `flags`. */
export function scanString(c: Cursor): void {
  const { bytes, end } = c;
  let at = c.at + 1;
  c.start = at;
  c.flags = 0;
  for (;;) {
    while (at < end && plain[bytes[at]!] === 1) at++;
    if (at >= end) throw malformed;
    const byte = bytes[at]!;
    if (byte === 0x22) break;
    if (byte === 0x5c) at = scanEscape(c, at);
    else if (byte < 0x20) throw malformed;
    else {
      const run = utf8Run(bytes, at, end);
      if (run > 0) at += run;
      else {
        c.flags |= damaged;
        at -= run;
      }
    }
  }
  c.stop = at;
  c.at = at + 1;
}

function scanEscape(c: Cursor, at: number): number {
  c.flags |= escaped;
  if (at + 1 >= c.end) throw malformed;
  const kind = c.bytes[at + 1]!;
  if (kind !== 0x75) {
    if (unescapedBytes[kind] === 0) throw malformed;
    return at + 2;
  }
  const unit = hexUnit(c.bytes, at + 2, c.end);
  if (unit < 0) throw malformed;
  if (unit < 0xd800 || unit > 0xdfff) return at + 6;
  if (unit < 0xdc00 && lowSurrogate(c.bytes, at + 6, c.end) > 0) return at + 12;
  c.flags |= damaged;
  return at + 6;
}

/** Whether the last string holds a lone surrogate or bytes that are not UTF-8, so that U+FFFD takes their place. */
export function isDamaged(c: Cursor): boolean {
  return (c.flags & damaged) !== 0;
}

/**
 * The content of the last string as UTF-8: in the array that this gives, from `start` to `stop`. It is valid until the
 * next one, unless it is the record's own bytes.
 */
export function stringBytes(c: Cursor): Uint8Array {
  if (c.flags === 0) return c.bytes;
  // A damaged byte becomes the three of U+FFFD; escapes only shrink.
  const room = 3 * (c.stop - c.start);
  if (c.scratch.length < room) c.scratch = new Uint8Array(room);
  c.stop = unescapeInto(c.scratch, c.bytes, c.start, c.stop);
  c.start = 0;
  return c.scratch;
}

/** Writes a scanned string without its escapes and repaired; gives its length. `target` has room for three times it. */
function unescapeInto(target: Uint8Array, bytes: Uint8Array, start: number, stop: number): number {
  let to = 0;
  let at = start;
  while (at < stop) {
    const byte = bytes[at]!;
    if (byte === 0x5c) {
      const kind = bytes[at + 1]!;
      if (kind !== 0x75) {
        target[to++] = unescapedBytes[kind]!;
        at += 2;
        continue;
      }
      const unit = hexUnit(bytes, at + 2, stop);
      const low = unit >= 0xd800 && unit < 0xdc00 ? lowSurrogate(bytes, at + 6, stop) : 0;
      at += low > 0 ? 12 : 6;
      to = writeCodePoint(target, to, low > 0 ? 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) : unit);
    } else if (byte < 0x80) {
      target[to++] = byte;
      at++;
    } else {
      const run = utf8Run(bytes, at, stop);
      if (run < 0) to = writeCodePoint(target, to, 0xfffd);
      for (let i = 0; i < run; i++) target[to++] = bytes[at + i]!;
      at += Math.abs(run);
    }
  }
  return to;
}

// By the byte behind the backslash: the byte that is meant, 0 where there is no such escape.
const unescapedBytes = new Uint8Array(256);
for (const same of [0x22, 0x5c, 0x2f]) unescapedBytes[same] = same;
unescapedBytes[0x62] = 0x08; // b
unescapedBytes[0x66] = 0x0c; // f
unescapedBytes[0x6e] = 0x0a; // n
unescapedBytes[0x72] = 0x0d; // r
unescapedBytes[0x74] = 0x09; // t

/** The code unit that four hexadecimal digits stand for, −1 where they do not. */
function hexUnit(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) return -1;
  let unit = 0;
  for (let i = at; i < at + 4; i++) {
    const byte = bytes[i]!;
    const letter = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) unit = unit * 16 + byte - 0x30;
    else if (letter >= 0x61 && letter <= 0x66) unit = unit * 16 + letter - 0x57;
    else return -1;
  }
  return unit;
}

/** The low surrogate that is escaped at `at`, 0 where none is. */
function lowSurrogate(bytes: Uint8Array, at: number, end: number): number {
  if (at + 6 > end || bytes[at] !== 0x5c || bytes[at + 1] !== 0x75) return 0;
  const unit = hexUnit(bytes, at + 2, end);
  return unit >= 0xdc00 && unit <= 0xdfff ? unit : 0;
}

function writeCodePoint(target: Uint8Array, at: number, code: number): number {
  // A surrogate that is still alone here is written as U+FFFD.
  const point = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
  if (point < 0x80) {
    target[at] = point;
    return at + 1;
  }
  if (point < 0x800) {
    target[at] = 0xc0 | (point >> 6);
    target[at + 1] = 0x80 | (point & 0x3f);
    return at + 2;
  }
  if (point < 0x10000) {
    target[at] = 0xe0 | (point >> 12);
    target[at + 1] = 0x80 | ((point >> 6) & 0x3f);
    target[at + 2] = 0x80 | (point & 0x3f);
    return at + 3;
  }
  target[at] = 0xf0 | (point >> 18);
  target[at + 1] = 0x80 | ((point >> 12) & 0x3f);
  target[at + 2] = 0x80 | ((point >> 6) & 0x3f);
  target[at + 3] = 0x80 | (point & 0x3f);
  return at + 4;
}
