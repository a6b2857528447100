/** The end of the record that is read: white space goes no further. */
let recordEnd: usize = 0;

export function setRecordEnd(end: usize): void {
  recordEnd = end;
}

/** Moves over white space. */
export function skipSpace(at: usize): usize {
  return load<u8>(at) > 0x20 ? at : skipSpaces(at);
}

function skipSpaces(at: usize): usize {
  while (at < recordEnd) {
    const byte = load<u8>(at);
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) break;
    at++;
  }
  return at;
}
