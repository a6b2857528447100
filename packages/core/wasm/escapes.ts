/** The byte that an escape stands for, by the byte behind its backslash; 0 where that is another escape, or none. */
export function unescaped(kind: u8): u8 {
  if (kind == 0x22 || kind == 0x5c || kind == 0x2f) return kind;
  if (kind == 0x6e) return 0x0a;
  if (kind == 0x72) return 0x0d;
  if (kind == 0x74) return 0x09;
  if (kind == 0x62) return 0x08;
  if (kind == 0x66) return 0x0c;
  return 0;
}

/** What `\u` and four digits at `at` stand for; −1 where it is a surrogate, or no such escape. */
export function unicodeEscape(at: usize): i32 {
  if (load<u8>(at + 1) != 0x75) return -1;
  let code = 0;
  for (let i: usize = 2; i < 6; i++) {
    const byte = load<u8>(at + i);
    const letter = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) code = (code << 4) | (byte - 0x30);
    else if (letter >= 0x61 && letter <= 0x66) code = (code << 4) | (letter - 0x57);
    else return -1;
  }
  return code >= 0xd800 && code <= 0xdfff ? -1 : code;
}

/** Writes a code point below U+10000 as UTF-8; gives the place behind it. */
export function writeCodePoint(to: usize, code: i32): usize {
  if (code < 0x80) {
    store<u8>(to, code);
    return to + 1;
  }
  if (code < 0x800) {
    store<u8>(to, 0xc0 | (code >> 6));
    store<u8>(to + 1, 0x80 | (code & 0x3f));
    return to + 2;
  }
  store<u8>(to, 0xe0 | (code >> 12));
  store<u8>(to + 1, 0x80 | ((code >> 6) & 0x3f));
  store<u8>(to + 2, 0x80 | (code & 0x3f));
  return to + 3;
}
