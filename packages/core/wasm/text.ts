import { unescaped, unicodeEscape, writeCodePoint } from './escapes';
import { isText } from './utf8';

// Both functions give the place behind the string, and 0 where the record is to be left to the other scanner. They go on
// 16 bytes at a time to the next quote or backslash. Whether the bytes between are text is looked at in the end, and only
// where one may not be: no plain character is, as a signed number, below a space.

/** Moves over a string, from behind its first quote. */
export function skipText(at: usize): usize {
  let start = at;
  let odd = 0;
  while (true) {
    const block = v128.load(at);
    odd |= i8x16.bitmask(i8x16.lt_s(block, i8x16.splat(0x20)));
    const special = specials(block);
    if (special == 0) {
      at += 16;
      if (odd == 0) start = at;
      continue;
    }
    at += ctz(special);
    const byte = load<u8>(at);
    if (byte == 0x22) break;
    const length = escapeLength(at);
    if (length == 0) return 0;
    at += length;
  }
  return odd == 0 || isText(start, at) ? at + 1 : 0;
}

/** Where the text that `copyText` has written ends. */
export let copyEnd: usize = 0;

/** Moves over a string like `skipText`, and writes it to `to` without its escapes. There is room for a block more. */
export function copyText(at: usize, to: usize): usize {
  let start = at;
  let odd = 0;
  while (true) {
    const block = v128.load(at);
    v128.store(to, block);
    odd |= i8x16.bitmask(i8x16.lt_s(block, i8x16.splat(0x20)));
    const special = specials(block);
    if (special == 0) {
      at += 16;
      to += 16;
      if (odd == 0) start = at;
      continue;
    }
    const run = ctz(special);
    at += run;
    to += run;
    const byte = load<u8>(at);
    if (byte == 0x22) break;
    const length = escapeLength(at);
    if (length == 0) return 0;
    to = length == 2 ? writeCodePoint(to, unescaped(load<u8>(at + 1))) : writeCodePoint(to, unicodeEscape(at));
    at += length;
  }
  copyEnd = to;
  return odd == 0 || isText(start, at) ? at + 1 : 0;
}

/** Which bytes of a block are a quote or a backslash. */
function specials(block: v128): i32 {
  return i8x16.bitmask(v128.or(i8x16.eq(block, i8x16.splat(0x22)), i8x16.eq(block, i8x16.splat(0x5c))));
}

function escapeLength(at: usize): i32 {
  if (unescaped(load<u8>(at + 1)) != 0) return 2;
  return unicodeEscape(at) >= 0 ? 6 : 0;
}
