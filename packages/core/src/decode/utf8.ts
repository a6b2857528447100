/**
 * How the UTF-8 sequence at `at` goes on, whose first byte is not ASCII: its length where it is valid, and −n where
 * the first n bytes are to be replaced by one U+FFFD (the longest run that could have begun a valid sequence, as
 * `TextDecoder` takes it).
 */
export function utf8Run(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at]!;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte decides about overlong forms, surrogates and code points beyond U+10FFFF.
  const lower = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const upper = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (at + 1 >= end || bytes[at + 1]! < lower || bytes[at + 1]! > upper) return -1;
  for (let i = 2; i < length; i++) {
    if (at + i >= end || (bytes[at + i]! & 0xc0) !== 0x80) return -i;
  }
  return length;
}
