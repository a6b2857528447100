const quote = 0x22;
const backslash = 0x5c;

/**
 * The bytes of the items of a JSON list; undefined where the bytes are no list from the first bracket to the last. Each
 * item has still to be read: the whole is JSON if, and only if, all of them are.
 */
export function listItems(bytes: Uint8Array): Uint8Array[] | undefined {
  const start = skipSpace(bytes, 0);
  if (bytes[start] !== 0x5b) return undefined;
  const items: Uint8Array[] = [];
  let from = start + 1;
  let depth = 0;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === quote) at = endOfText(bytes, at);
    else if (byte === 0x5b || byte === 0x7b) depth++;
    else if (byte === 0x2c && depth === 0) {
      items.push(bytes.subarray(from, at));
      from = at + 1;
    } else if (byte === 0x5d || byte === 0x7d) {
      if (depth-- > 0) continue;
      if (byte !== 0x5d || skipSpace(bytes, at + 1) !== bytes.length) return undefined;
      const isEmpty = items.length === 0 && skipSpace(bytes, from) === at;
      if (!isEmpty) items.push(bytes.subarray(from, at));
      return items;
    }
  }
  return undefined;
}

/** Whether the first byte that counts opens a list. */
export function isList(bytes: Uint8Array): boolean {
  return bytes[skipSpace(bytes, 0)] === 0x5b;
}

/** The quote that ends a text; the end of all bytes where none does. */
function endOfText(bytes: Uint8Array, from: number): number {
  for (let at = from + 1; at < bytes.length; at++) {
    if (bytes[at] === backslash) at++;
    else if (bytes[at] === quote) return at;
  }
  return bytes.length;
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09))
    at++;
  return at;
}
