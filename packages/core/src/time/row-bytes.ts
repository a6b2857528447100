import type { Batch } from '../batch/batch.js';
import type { BytesColumn, Column } from '../batch/column.js';

/**
 * About how many bytes of memory the rows of a batch take. Dictionaries, which batches share, are left out, unless the
 * caller says which ones it has counted already: those that are not among them are counted, and added to them.
 */
export function batchBytes(batch: Batch, counted?: Set<ArrayBufferLike>): number {
  let bytes = 4 * batch.length + (batch.time?.byteLength ?? 0);
  for (const column of batch.order) bytes += columnBytes(column, counted);
  for (const column of Object.values(batch.columns)) bytes += columnBytes(column, counted);
  return bytes;
}

/** The same of one column. */
export function columnBytes(column: Column, counted?: Set<ArrayBufferLike>): number {
  const validity = column.validity?.byteLength ?? 0;
  switch (column.layout) {
    case 'bytes':
      return validity + column.offsets.byteLength + column.offsets.at(-1)! - column.offsets[0]!;
    case 'dictionary':
      return validity + column.codes.byteLength + dictionaryBytes(column.dictionary, counted);
    case 'list':
      return validity + column.offsets.byteLength + columnBytes(column.items, counted);
    case 'struct':
      return Object.values(column.fields).reduce((sum, field) => sum + columnBytes(field, counted), validity);
    default:
      return validity + column.values.byteLength;
  }
}

// By its buffer: one that has grown is another object over the same one, or over a new one while batches keep the old.
function dictionaryBytes({ offsets, bytes }: BytesColumn, counted: Set<ArrayBufferLike> | undefined): number {
  if (counted === undefined || counted.has(bytes.buffer)) return 0;
  counted.add(bytes.buffer);
  return offsets.byteLength + bytes.buffer.byteLength;
}
