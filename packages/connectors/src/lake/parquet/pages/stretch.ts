/** Bytes of a page that are read from front to end. Nothing that a page says of itself is believed: who reads checks the end. */
export interface Stretch {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
}

/** A page that does not hold what it says, or holds it in a way that is not read here. */
export function unreadablePage(what: string): Error {
  return new Error(`a page is not read: ${what}`);
}

/** The start of the next `size` bytes, which are behind the stretch then. */
export function skip(stretch: Stretch, size: number): number {
  const start = stretch.at;
  if (size < 0 || size > stretch.end - start) throw unreadablePage('it ends early');
  stretch.at = start + size;
  return start;
}

/** The next four bytes as a number without sign. */
export function nextUint32(stretch: Stretch): number {
  const at = skip(stretch, 4);
  const { bytes } = stretch;
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** The next `size` bytes as a stretch of their own. */
export function nextStretch(stretch: Stretch, size: number): Stretch {
  const at = skip(stretch, size);
  return { bytes: stretch.bytes, at, end: at + size };
}

/** Fails where something is left: then the page is another than its header says. */
export function atEnd({ at, end }: Stretch): void {
  if (at !== end) throw unreadablePage(`${end - at} bytes are left`);
}
