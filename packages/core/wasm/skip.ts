import { skipSpace } from './space';
import { skipNumber } from './number';
import { skipText } from './text';

/** So many open objects and lists fit in the bits of a word. */
const openMax = 60;

/** Moves over any value of a record's own object; gives 0 where it is no JSON, or too deep. */
export function skipValue(at: usize, depthMax: i32): usize {
  const insideMax = min(depthMax - 1, openMax);
  let inside = 0;
  let open: u64 = 0; // per open container, the innermost lowest: 1 for an object
  while (true) {
    const byte = load<u8>(at);
    if (byte == 0x7b || byte == 0x5b) {
      if (inside == insideMax) return 0;
      const isObject = byte == 0x7b;
      at = skipSpace(at + 1);
      if (load<u8>(at) == closing(isObject)) at++;
      else {
        open = (open << 1) | u64(isObject);
        inside++;
        if (isObject) at = skipKey(at);
        if (at == 0) return 0;
        continue;
      }
    } else {
      at = skipAtom(at, byte);
      if (at == 0) return 0;
    }
    // A value has ended: close what ends with it, up to the next value of a container that goes on.
    while (true) {
      if (inside == 0) return at;
      at = skipSpace(at);
      const isObject = (open & 1) != 0;
      const next = load<u8>(at);
      if (next == 0x2c) {
        at = skipSpace(at + 1);
        if (isObject) at = skipKey(at);
        if (at == 0) return 0;
        break;
      }
      if (next != closing(isObject)) return 0;
      at++;
      open >>= 1;
      inside--;
    }
  }
}

function closing(isObject: bool): u8 {
  return isObject ? 0x7d : 0x5d;
}

function skipKey(at: usize): usize {
  if (load<u8>(at) != 0x22) return 0;
  at = skipText(at + 1);
  if (at == 0) return 0;
  at = skipSpace(at);
  return load<u8>(at) == 0x3a ? skipSpace(at + 1) : 0;
}

function skipAtom(at: usize, byte: u8): usize {
  if (byte == 0x22) return skipText(at + 1);
  const literal = skipLiteral(at);
  return literal != 0 ? literal : skipNumber(at);
}

function skipLiteral(at: usize): usize {
  if (isTrue(at) || isNull(at)) return at + 4;
  return isFalse(at) ? at + 5 : 0;
}

export function isNull(at: usize): bool {
  return load<u32>(at) == 0x6c6c_756e;
}

export function isTrue(at: usize): bool {
  return load<u32>(at) == 0x6575_7274;
}

export function isFalse(at: usize): bool {
  return load<u8>(at) == 0x66 && load<u32>(at + 1) == 0x6573_6c61;
}
