/**
 * The value that stands for `value` in a key, so that keys are equal where their rows are of one key: −0 and 0 are, also
 * inside lists and structs.
 */
export function keyValue(value: unknown): unknown {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(keyValue);
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, keyValue(member)]));
}
