import { RecordBatchStreamWriter, tableFromIPC } from 'apache-arrow';
import { fromTable, toRecordBatch } from '../arrow/record-batch.js';
import type { Fields } from '../schema/column-type.js';
import type { StateTable } from './table.js';

// The Arrow schema says how the columns are laid out; what it cannot say (which text is a dictionary by chance only,
// which field may be null) is kept beside it.
const fieldsKey = 'millrace.fields';

/** A table of state as an Arrow IPC stream, which any tool for Arrow can read. */
export function tableToIpc(table: StateTable): Uint8Array {
  const batch = toRecordBatch(table.fields, table, new Map([[fieldsKey, JSON.stringify(table.fields)]]));
  const writer = new RecordBatchStreamWriter();
  writer.write(batch);
  writer.finish();
  return writer.toUint8Array(true);
}

/**
 * The table that `tableToIpc` wrote.
 *
 * @throws Error where the bytes are no such table.
 */
export function tableFromIpc(bytes: Uint8Array): StateTable {
  // Columns are views of these bytes, and views of numbers must be aligned.
  const table = tableFromIPC(bytes.byteOffset % 8 === 0 ? bytes : bytes.slice());
  const text = table.schema.metadata.get(fieldsKey);
  if (text === undefined) throw new TypeError('The Arrow table is no table of state.');
  const fields = JSON.parse(text) as Fields;
  return { fields, ...fromTable(fields, table) };
}
