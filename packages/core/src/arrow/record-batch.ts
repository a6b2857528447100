import { type DataType, type Field, makeData, RecordBatch, Schema, Struct, type Table } from 'apache-arrow';
import type { Column } from '../batch/column.js';
import type { Fields } from '../schema/column-type.js';
import { arrowField } from './arrow-type.js';
import { fromVector } from './from-data.js';
import { toData } from './to-data.js';

/** Columns of one length, by name. */
export interface Columns {
  readonly length: number;
  readonly columns: { readonly [name: string]: Column };
}

/** Columns as an Arrow record batch that shares their memory; columns beside `fields` are left out. */
export function toRecordBatch(
  fields: Fields,
  { length, columns }: Columns,
  metadata: ReadonlyMap<string, string> = new Map(),
): RecordBatch {
  const arrowFields = Object.entries(fields).map(([name, type]) => arrowField(name, type, columns[name]!));
  const children = arrowFields.map((field: Field<DataType>) => toData(field.type, columns[field.name]!, length));
  const data = makeData({ type: new Struct(arrowFields), length, nullCount: 0, children });
  return new RecordBatch(new Schema(arrowFields, new Map(metadata)), data);
}

/**
 * The columns of an Arrow table, by name.
 *
 * @throws TypeError where a column is missing or of another type.
 */
export function fromTable(fields: Fields, table: Table): Columns {
  const columns = Object.entries(fields).map(([name, type]) => {
    const vector = table.getChild(name);
    if (vector === null) throw new TypeError(`Arrow holds no column "${name}".`);
    return [name, fromVector(type, vector)];
  });
  return { length: table.numRows, columns: Object.fromEntries(columns) as Columns['columns'] };
}
