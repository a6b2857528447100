import type { Batch } from '../batch/batch.js';
import type { Column } from '../batch/column.js';

/** About how many bytes of memory the rows of a batch take. Dictionaries, which batches share, are left out. */
export function batchBytes(batch: Batch): number {
  let bytes = 4 * batch.length + (batch.time?.byteLength ?? 0);
  for (const column of batch.order) bytes += columnBytes(column);
  for (const column of Object.values(batch.columns)) bytes += columnBytes(column);
  return bytes;
}

function columnBytes(column: Column): number {
  const validity = column.validity?.byteLength ?? 0;
  switch (column.layout) {
    case 'bytes':
      return validity + column.offsets.byteLength + column.offsets.at(-1)! - column.offsets[0]!;
    case 'dictionary':
      return validity + column.codes.byteLength;
    case 'list':
      return validity + column.offsets.byteLength + columnBytes(column.items);
    case 'struct':
      return Object.values(column.fields).reduce((sum, field) => sum + columnBytes(field), validity);
    default:
      return validity + column.values.byteLength;
  }
}
