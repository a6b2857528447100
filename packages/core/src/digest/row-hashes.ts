import type { Fields } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';
import { type Batch, selectedRows } from '../batch/batch.js';
import { canonicalHead, canonicalNames, fieldWriter, type RowWords } from './canonical-row.js';
import { murmurAbsorb, murmurFinish, type MurmurState, murmurStart } from './murmur3.js';

const row: RowWords = { words: new Int32Array(256), end: 0 };

/**
 * The 128-bit hashes of the canonical bytes of the selected rows: four words for each, in the order of the selection.
 */
export function rowHashes(batch: Batch, { fields }: Schema): Uint32Array {
  const head = headOf(fields);
  const writers = canonicalNames(fields).map((name) => fieldWriter(fields[name]!, batch.columns[name]!));
  const rows = selectedRows(batch);
  const hashes = new Uint32Array(rows.length * 4);
  for (let i = 0; i < rows.length; i++) {
    row.end = 0;
    for (const write of writers) write(row, rows[i]!);
    murmurFinish(head, row.words, row.end * 4, hashes, i * 4);
  }
  return hashes;
}

const heads = new WeakMap<Fields, MurmurState>();

/** The state of the hash after the head, which is the same for every row. */
function headOf(fields: Fields): MurmurState {
  let head = heads.get(fields);
  if (head === undefined) {
    const bytes = canonicalHead(fields);
    const view = new DataView(bytes.buffer);
    const words = Int32Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(i * 4, true));
    head = murmurAbsorb(murmurStart(0), words, bytes.length);
    heads.set(fields, head);
  }
  return head;
}
