import {
  type Cursor,
  enter,
  literalFalse,
  literalNull,
  literalTrue,
  malformed,
  peek,
  peekBehindColon,
  readLiteral,
} from './cursor.js';
import { scanNumber } from './scan-number.js';
import { scanString } from './scan-string.js';

/**
 * Moves over any value, from its first byte, and holds it to all that JSON asks: what nobody reads is rejected as well
 * where it is torn. Keeps its own stack of open containers, so that no nesting can exhaust the machine's.
 */
export function skipValue(c: Cursor): void {
  const outside = c.depth;
  do {
    if (!skipAtom(c)) continue;
    // A value has ended: close what ends with it, up to the next value of a container that goes on.
    while (c.depth > outside) {
      const byte = peek(c);
      const inObject = c.open[c.depth] === 1;
      if (byte === 0x2c) {
        c.at++;
        if (inObject) skipKey(c);
        else peek(c);
        break;
      }
      if (byte !== (inObject ? 0x7d : 0x5d)) throw malformed;
      c.at++;
      c.depth--;
    }
  } while (c.depth > outside);
}

/** Moves over a whole value and gives true, or into an object or list that is not empty, to its first value. */
function skipAtom(c: Cursor): boolean {
  switch (c.bytes[c.at]) {
    case 0x22:
      scanString(c);
      return true;
    case 0x7b:
    case 0x5b:
      return skipOpening(c);
    case 0x74:
      readLiteral(c, literalTrue);
      return true;
    case 0x66:
      readLiteral(c, literalFalse);
      return true;
    case 0x6e:
      readLiteral(c, literalNull);
      return true;
    default:
      scanNumber(c);
      return true;
  }
}

function skipOpening(c: Cursor): boolean {
  const isObject = c.bytes[c.at] === 0x7b;
  enter(c);
  c.open[c.depth] = isObject ? 1 : 0;
  if (peek(c) === (isObject ? 0x7d : 0x5d)) {
    c.at++;
    c.depth--;
    return true;
  }
  if (isObject) skipKey(c);
  return false;
}

function skipKey(c: Cursor): void {
  if (peek(c) !== 0x22) throw malformed;
  scanString(c);
  peekBehindColon(c);
}
