import { bareBatch, type Batch, selectedRows } from '../batch/batch.js';
import { bitAt } from '../batch/bits.js';
import type { DictionaryColumn } from '../batch/column.js';
import { encodeKeys, hashBytes, hashKeys, shardOf } from '../batch/keys.js';
import type { Schema } from '../schema/schema.js';

/** The shard (0–63) of each selected row of `batch` by the values of `fields`; unselected rows hold anything. */
export function shardsOf(batch: Batch, fields: readonly string[], schema: Schema): Int32Array {
  const shards = new Int32Array(batch.length);
  if (fields.length === 0) return shards;
  const [field] = fields;
  const column = fields.length === 1 ? batch.columns[field!] : undefined;
  if (column?.layout === 'dictionary') return shardsOfDictionary(batch, column, field!, schema, shards);
  const keys = encodeKeys(batch, fields, schema);
  const rows = selectedRows(batch);
  const hashes = new Int32Array(rows.length);
  hashKeys(keys, rows, hashes);
  for (let i = 0; i < rows.length; i++) shards[rows[i]!] = shardOf(hashes[i]!);
  return shards;
}

// One hash per distinct value and not per row. The entries are encoded as rows of their own, a null last.
function shardsOfDictionary(
  batch: Batch,
  column: DictionaryColumn,
  field: string,
  schema: Schema,
  shards: Int32Array,
): Int32Array {
  const { dictionary, codes, validity } = column;
  const entries = dictionary.offsets.length - 1;
  const offsets = new Int32Array(entries + 2);
  offsets.set(dictionary.offsets);
  offsets[entries + 1] = dictionary.offsets[entries]!;
  const present = new Uint8Array((entries + 8) >> 3).fill(0xff);
  present[entries >> 3]! &= ~(1 << (entries & 7));
  const nullable = validity !== undefined;
  const entryColumn = {
    layout: 'bytes',
    offsets,
    bytes: dictionary.bytes,
    validity: nullable ? present : undefined,
  } as const;
  const entriesOnly = nullable ? entryColumn : { ...entryColumn, offsets: offsets.subarray(0, entries + 1) };
  const entryBatch = bareBatch({ [field]: entriesOnly }, nullable ? entries + 1 : entries);
  const keys = encodeKeys(entryBatch, [field], schema);
  const entryShards = Int32Array.from({ length: entryBatch.length }, (_, i) =>
    shardOf(hashBytes(keys.bytes, keys.offsets[i]!, keys.offsets[i + 1]!)),
  );
  const rows = selectedRows(batch);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const code = validity !== undefined && !bitAt(validity, row) ? entries : codes[row]!;
    shards[row] = entryShards[code]!;
  }
  return shards;
}
