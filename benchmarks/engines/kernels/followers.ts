import type { BytesColumn, DictionaryColumn } from '@millrace/core/operate';

/** Parsed once per dictionary, and only what was added to it. */
const parsed = new WeakMap<BytesColumn, Float64Array>();

/** Numbers like 422, 124k and 15M, written to `followers`; NaN where there is none. */
export function followersInto(column: BytesColumn | DictionaryColumn, length: number, followers: Float64Array): void {
  if (column.layout === 'bytes') {
    parseInto(column, length, followers);
    return;
  }
  const { codes, dictionary } = column;
  let values = parsed.get(dictionary);
  if (values === undefined) {
    values = new Float64Array(dictionary.offsets.length - 1);
    parseInto(dictionary, values.length, values);
    parsed.set(dictionary, values);
  }
  for (let row = 0; row < length; row++) followers[row] = values[codes[row]!]!;
}

function parseInto({ offsets, bytes }: BytesColumn, length: number, followers: Float64Array): void {
  for (let row = 0; row < length; row++) {
    let end = offsets[row + 1]!;
    const factor = bytes[end - 1] === letterK ? 1000 : bytes[end - 1] === letterM ? 1_000_000 : 1;
    if (factor !== 1) end--;
    let value = 0;
    for (let at = offsets[row]!; at < end; at++) {
      const digit = bytes[at]! - digit0;
      value = digit >= 0 && digit <= 9 ? value * 10 + digit : NaN;
    }
    followers[row] = value * factor;
  }
}

const digit0 = 0x30;
const letterK = 0x6b;
const letterM = 0x4d;
