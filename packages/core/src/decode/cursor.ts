/**
 * Where the scanner stands in one record, and what it read last. One object for all records: what is read goes into
 * its members, so that reading makes none.
 */
export interface Cursor {
  bytes: Uint8Array;
  /** The next byte to read, and the end of the record. The bytes of the next record follow: always compare with `end`. */
  at: number;
  end: number;
  /** Open objects and lists, and how many may be open. */
  depth: number;
  readonly depthMax: number;
  /** Per open container of a skipped value: 1 for an object, 0 for a list. */
  readonly open: Uint8Array;

  /** The last string: its content without the quotes, and whether that has to be unescaped or repaired. */
  start: number;
  stop: number;
  flags: number;
  /** Where a string is unescaped to before it is read as a key, a time or base64. */
  scratch: Uint8Array;

  /**
   * The last number, ±`mantissa` × 10^`power`: the mantissa is exact up to 15 `digits`, which do not count zeros in
   * front. `start` and `stop` say where it stands.
   */
  negative: boolean;
  mantissa: number;
  digits: number;
  power: number;

  /** Counted since the decoder began: text values that were repaired, and keys that came again. */
  repaired: number;
  repeatedKeys: number;
}

/** A cursor that allows `depthMax` open objects and lists. */
export function cursor(depthMax: number): Cursor {
  return {
    bytes: new Uint8Array(0),
    at: 0,
    end: 0,
    depth: 0,
    depthMax,
    open: new Uint8Array(depthMax + 1),
    start: 0,
    stop: 0,
    flags: 0,
    scratch: new Uint8Array(256),
    negative: false,
    mantissa: 0,
    digits: 0,
    power: 0,
    repaired: 0,
    repeatedKeys: 0,
  };
}

// Thrown, not returned: only bad records pay for it. Made once, since a stack would tell nothing.
/** The bytes are not JSON. */
export const malformed: Error = new Error('not JSON');
/** More objects and lists are open than are allowed. */
export const tooDeep: Error = new Error('too deep');

/** Moves over white space to the next byte and gives it, unread. */
export function peek(c: Cursor): number {
  const { bytes, end } = c;
  let { at } = c;
  while (at < end) {
    const byte = bytes[at]!;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) {
      c.at = at;
      return byte;
    }
    at++;
  }
  throw malformed;
}

/** Moves over the white space at the end of a record, which must be all that is left. */
export function readEnd(c: Cursor): void {
  const { bytes, end } = c;
  for (let { at } = c; at < end; at++) {
    const byte = bytes[at]!;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) throw malformed;
  }
  c.at = end;
}

/** Moves over white space and a colon to the byte behind it, and gives that. */
export function peekBehindColon(c: Cursor): number {
  if (peek(c) !== 0x3a) throw malformed;
  c.at++;
  return peek(c);
}

/** Moves over `null`, `true` or `false`. */
export function readLiteral(c: Cursor, literal: Uint8Array): void {
  const { bytes, at } = c;
  const length = literal.length;
  if (at + length > c.end) throw malformed;
  for (let i = 0; i < length; i++) if (bytes[at + i] !== literal[i]) throw malformed;
  c.at = at + length;
}

const utf8 = new TextEncoder();
export const literalNull: Uint8Array = utf8.encode('null');
export const literalTrue: Uint8Array = utf8.encode('true');
export const literalFalse: Uint8Array = utf8.encode('false');

/** Moves into an object or a list. */
export function enter(c: Cursor): void {
  if (c.depth === c.depthMax) throw tooDeep;
  c.depth++;
  c.at++;
}
