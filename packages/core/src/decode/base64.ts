const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const padding = 0x3d;
const outside = 0xff;
const sextets = new Uint8Array(128).fill(outside);
for (let value = 0; value < 64; value++) sextets[alphabet.charCodeAt(value)] = value;

/** Whether the bytes are what `encodeBase64` makes of some bytes: padded, and without stray bits in the last sextet. */
export function isBase64(bytes: Uint8Array, start: number, stop: number): boolean {
  const length = stop - start;
  if (length % 4 !== 0) return false;
  const end = stop - paddings(bytes, start, stop);
  for (let at = start; at < end; at++) if (sextet(bytes, at) === outside) return false;
  if (end === stop) return true;
  return (sextet(bytes, end - 1) & (stop - end === 2 ? 0x0f : 0x03)) === 0;
}

/** The number of bytes that base64 stands for. */
export function decodedLength(bytes: Uint8Array, start: number, stop: number): number {
  return ((stop - start) / 4) * 3 - paddings(bytes, start, stop);
}

/** Writes what base64 stands for to the front of `target`, which has room for it. */
export function decodeBase64(bytes: Uint8Array, start: number, stop: number, target: Uint8Array): void {
  const length = decodedLength(bytes, start, stop);
  for (let at = start, to = 0; to < length; at += 4, to += 3) {
    // A padding reads as some sextet; the bytes that it would fill are not written.
    const bits =
      (sextet(bytes, at) << 18) | (sextet(bytes, at + 1) << 12) | (sextet(bytes, at + 2) << 6) | sextet(bytes, at + 3);
    target[to] = bits >> 16;
    if (to + 1 < length) target[to + 1] = bits >> 8;
    if (to + 2 < length) target[to + 2] = bits;
  }
}

/** Bytes as base64, in the standard alphabet with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const rest = bytes.length - at;
    const bits = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += alphabet[bits >> 18]! + alphabet[(bits >> 12) & 63]!;
    text += rest > 1 ? alphabet[(bits >> 6) & 63]! : '=';
    text += rest > 2 ? alphabet[bits & 63]! : '=';
  }
  return text;
}

function paddings(bytes: Uint8Array, start: number, stop: number): number {
  if (stop - start < 4 || bytes[stop - 1] !== padding) return 0;
  return bytes[stop - 2] === padding ? 2 : 1;
}

function sextet(bytes: Uint8Array, at: number): number {
  return sextets[bytes[at]!] ?? outside;
}
