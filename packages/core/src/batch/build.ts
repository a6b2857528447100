import type { ColumnType, Fields } from '../schema/column-type.js';
import { plainText } from './plain.js';
import type { Column } from './column.js';
import { columnBuilder } from './column-builder.js';

/**
 * The column of row values; null and undefined are null. Text becomes a dictionary where a value occurs four times on
 * average. Values must fit the type (`valueProblem`).
 */
export function columnOf(type: ColumnType, values: readonly unknown[]): Column {
  const builder = columnBuilder(type);
  for (const value of values) builder.append(value);
  const column = builder.finish();
  if (column.layout !== 'dictionary') return column;
  return (column.dictionary.offsets.length - 1) * 4 <= values.length ? column : plainText(column);
}

/** The columns of rows, by name. */
export function columnsOf(
  fields: Fields,
  rows: readonly { readonly [name: string]: unknown }[],
): { readonly [name: string]: Column } {
  return Object.fromEntries(
    Object.entries(fields).map(([name, type]) => [
      name,
      columnOf(
        type,
        rows.map((row) => row[name]),
      ),
    ]),
  );
}
