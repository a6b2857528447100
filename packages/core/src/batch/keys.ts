import type { ColumnType } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';
import { type Batch, selectedRows } from './batch.js';
import { canonicalRows } from './canonical.js';
import type { BytesColumn, DictionaryColumn } from './column.js';
import { plainText } from './plain.js';

export { hashBytes, hashKeys, shardOf } from './hash.js';

/**
 * The key of every selected row, as bytes: equal keys have equal bytes, and different keys different ones. Row `i` of
 * the result is physical row `i`; what stands in rows that are not selected is unspecified.
 *
 * One utf8 or binary field that may not be null is its own bytes. All others are the canonical words of the fields
 * (`canonical.ts`), in the order of `fields`; no field is no byte. State holds these bytes and exchanges route by them:
 * they are frozen, and depend on the types and the values only, never on the layout of a column.
 */
export function encodeKeys(batch: Batch, fields: readonly string[], { fields: types }: Schema): BytesColumn {
  const [first] = fields;
  if (fields.length === 1 && isRaw(types[first!]!)) {
    const text = plainText(batch.columns[first!] as BytesColumn | DictionaryColumn);
    return text.validity === undefined ? text : { ...text, validity: undefined };
  }
  const rows = selectedRows(batch);
  const { words, offsets } = canonicalRows(
    fields.map((field) => batch.columns[field]!),
    rows,
  );
  const byteOffsets = new Int32Array(batch.length + 1);
  let row = 0;
  for (let i = 0; i < rows.length; i++) while (row <= rows[i]!) byteOffsets[row++] = offsets[i]! * 4;
  while (row <= batch.length) byteOffsets[row++] = offsets[rows.length]! * 4;
  return { layout: 'bytes', offsets: byteOffsets, bytes: new Uint8Array(words.buffer), validity: undefined };
}

function isRaw(type: ColumnType): boolean {
  return !type.nullable && (type.kind === 'utf8' || type.kind === 'binary');
}
