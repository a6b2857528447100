import type { BytesColumn, DictionaryColumn } from './column.js';

const encoder = new TextEncoder();
// A byte order mark inside a value is a character of it.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The UTF-8 bytes of a text; a lone surrogate becomes U+FFFD. */
export function textBytes(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of UTF-8 bytes. */
export function bytesText(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

/**
 * Writes a text as UTF-8 and gives the end behind it. `target` must have room for three bytes per UTF-16 unit of it.
 */
export function writeText(text: string, target: Uint8Array, at: number): number {
  const length = text.length;
  // Short and ASCII is what most fields are, and a loop beats the call into the encoder up to about this length.
  if (length <= 64) {
    let i = 0;
    for (; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) break;
      target[at + i] = unit;
    }
    if (i === length) return at + length;
  }
  return at + encoder.encodeInto(text, target.subarray(at)).written;
}

/** The row of the dictionary, or of the column itself, that holds the bytes of row `row`. */
export function entryOf(column: BytesColumn | DictionaryColumn, row: number): number {
  return column.layout === 'bytes' ? row : column.codes[row]!;
}

/** The bytes that the rows, or the codes, of a text column point into. */
export function entriesOf(column: BytesColumn | DictionaryColumn): BytesColumn {
  return column.layout === 'bytes' ? column : column.dictionary;
}
