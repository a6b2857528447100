import { skip, type Stretch, unreadablePage } from './stretch.js';

// Runs of one value and runs of packed bits take turns: the encoding of levels, booleans and codes.

/** Codes of more bits would not fit into the 32 that they are unpacked with. */
const widestCode = 24;

/** Reads `count` codes of `width` bits each into `codes`, from `from` on. */
export function readCodes(stretch: Stretch, width: number, codes: Int32Array, from: number, count: number): void {
  if (width > widestCode) throw unreadablePage(`codes of ${width} bits`);
  const end = from + count;
  if (width === 0) {
    // A dictionary of one entry needs no bits; some writers leave out the runs as well.
    codes.fill(0, from, end);
    stretch.at = stretch.end;
  } else readRuns(stretch, width, count, runsOf(codes, width, from));
}

/**
 * Reads `count` single bits, setting those of `bits` from `from` on that are ones; they must be clear before.
 *
 * @returns how many are ones.
 */
export function readBits(stretch: Stretch, bits: Uint8Array, from: number, count: number): number {
  let at = from;
  let ones = 0;
  readRuns(stretch, 1, count, {
    repeated(value, length) {
      if (value > 1) throw unreadablePage(`a bit of ${value}`);
      if (value === 1) {
        setRange(bits, at, at + length);
        ones += length;
      }
      at += length;
    },
    packed(bytes, start, length) {
      ones += copyBits(bytes, start, bits, at, length);
      at += length;
    },
  });
  return ones;
}

/** Sets the bits of `bits` from `to` on that are ones among `count` bits of `bytes`, the first of which begins the byte `from`. */
export function copyBits(bytes: Uint8Array, from: number, bits: Uint8Array, to: number, count: number): number {
  const shift = to & 7;
  let target = to >> 3;
  let ones = 0;
  for (let source = from, left = count; left > 0; source++, target++, left -= 8) {
    const byte = left < 8 ? bytes[source]! & ((1 << left) - 1) : bytes[source]!;
    if (byte === 0) continue;
    bits[target]! |= byte << shift;
    if (shift > 0 && target + 1 < bits.length) bits[target + 1]! |= byte >> (8 - shift);
    ones += onesOf[byte]!;
  }
  return ones;
}

const onesOf = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

interface Runs {
  repeated(value: number, length: number): void;
  /** `length` values from byte `at` on, which are all there. */
  packed(bytes: Uint8Array, at: number, length: number): void;
}

function readRuns(stretch: Stretch, width: number, count: number, runs: Runs): void {
  const valueBytes = (width + 7) >> 3;
  for (let left = count; left > 0;) {
    const head = nextVarint(stretch);
    if ((head & 1) === 1) {
      const length = Math.min(left, (head >>> 1) * 8);
      const at = skip(stretch, Math.ceil((length * width) / 8));
      // Writers may leave out the bytes of values that pad the last run.
      stretch.at = Math.min(stretch.end, at + (head >>> 1) * width);
      runs.packed(stretch.bytes, at, length);
      left -= length;
    } else {
      const length = Math.min(left, head >>> 1);
      const at = skip(stretch, valueBytes);
      let value = 0;
      for (let i = 0; i < valueBytes; i++) value |= stretch.bytes[at + i]! << (8 * i);
      runs.repeated(value, length);
      left -= length;
    }
  }
}

function runsOf(codes: Int32Array, width: number, from: number): Runs {
  let to = from;
  return {
    repeated(value, length) {
      codes.fill(value, to, to + length);
      to += length;
    },
    packed(bytes, at, length) {
      unpack(bytes, at, width, codes, to, length);
      to += length;
    },
  };
}

function unpack(bytes: Uint8Array, from: number, width: number, codes: Int32Array, to: number, count: number): void {
  const mask = (1 << width) - 1;
  let at = from;
  let held = 0;
  let heldBits = 0;
  for (let i = to; i < to + count; i++) {
    for (; heldBits < width; heldBits += 8) held |= bytes[at++]! << heldBits;
    codes[i] = held & mask;
    held >>>= width;
    heldBits -= width;
  }
}

function nextVarint(stretch: Stretch): number {
  let value = 0;
  for (let shift = 0; shift < 32; shift += 7) {
    const byte = stretch.bytes[skip(stretch, 1)]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value >>> 0;
  }
  throw unreadablePage('a run without an end to its length');
}

function setRange(bits: Uint8Array, from: number, to: number): void {
  let at = from;
  for (; at < to && (at & 7) !== 0; at++) bits[at >> 3]! |= 1 << (at & 7);
  const wholeEnd = to & ~7;
  if (at < wholeEnd) {
    bits.fill(0xff, at >> 3, wholeEnd >> 3);
    at = wholeEnd;
  }
  for (; at < to; at++) bits[at >> 3]! |= 1 << (at & 7);
}
