import { hashBytes } from '../batch/hash.js';

// JSON that tells whether it is what was written: on the line behind the value stands the hash of its bytes.

const newline = 10;

/** A value as JSON with its checksum. */
export function checkedJson(value: unknown): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(value));
  const end = new TextEncoder().encode(`\n${bytesHash(json)}\n`);
  const bytes = new Uint8Array(json.length + end.length);
  bytes.set(json);
  bytes.set(end, json.length);
  return bytes;
}

/**
 * What `checkedJson` wrote, and whether the checksum fits: a later version may have written it otherwise.
 *
 * @throws SyntaxError where it is no JSON.
 */
export function readCheckedJson(bytes: Uint8Array): { readonly value: unknown; readonly isWhole: boolean } {
  const end = bytes.indexOf(newline);
  const json = end === -1 ? bytes : bytes.subarray(0, end);
  const text = new TextDecoder();
  const isWhole = end !== -1 && text.decode(bytes.subarray(end)) === `\n${bytesHash(json)}\n`;
  return { value: JSON.parse(text.decode(json)) as unknown, isWhole };
}

/** A checksum of bytes, as eight hexadecimal digits. */
export function bytesHash(bytes: Uint8Array): string {
  return (hashBytes(bytes, 0, bytes.length) >>> 0).toString(16).padStart(8, '0');
}
