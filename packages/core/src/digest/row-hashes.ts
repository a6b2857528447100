import type { Fields } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';
import { type Batch, selectedRows } from '../batch/batch.js';
import { canonicalRows } from '../batch/canonical.js';
import { canonicalNames } from '../batch/canonical-value.js';
import { canonicalHead } from './canonical-head.js';
import { murmurAbsorb, murmurFinish, type MurmurState, murmurStart } from './murmur3.js';

/**
 * The 128-bit hashes of the canonical bytes of the selected rows: four words for each, in the order of the selection.
 */
export function rowHashes(batch: Batch, { fields }: Schema): Uint32Array {
  const columns = canonicalNames(fields).map((name) => batch.columns[name]!);
  const { words, offsets } = canonicalRows(columns, selectedRows(batch));
  const head = headOf(fields);
  const hashes = new Uint32Array((offsets.length - 1) * 4);
  for (let i = 0; i + 1 < offsets.length; i++) murmurFinish(head, words, offsets[i]!, offsets[i + 1]!, hashes, i * 4);
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
    head = murmurAbsorb(murmurStart(0), words);
    heads.set(fields, head);
  }
  return head;
}
