import { int32, schema, utf8, type Fields, type Row } from '@millrace/core';
import { bareBatch, columnsOf, rowsOf } from '@millrace/core/connector';
import { expect, test } from 'vitest';
import type { FileBatch, ParquetFile } from './codec.js';
import { loadParquetCodec } from './load-codec.js';
import { uncheckedBytes } from './checked-bytes.js';

/** Rows as a file holds them. */
export function fileBatch(fields: Fields, rows: readonly { readonly [name: string]: unknown }[]): FileBatch {
  return { length: rows.length, columns: columnsOf(fields, rows) };
}

/** The rows that columns of a file hold. */
export function rowsOfBatch<F extends Fields>(fields: F, { length, columns }: FileBatch): Row<F>[] {
  return rowsOf(fields, bareBatch(columns, length));
}

/** All rows of a file, each group as long as it says; closes it. */
export async function rowsOfFile<F extends Fields>(fields: F, file: ParquetFile): Promise<Row<F>[]> {
  const rows: Row<F>[] = [];
  for (const [group, length] of file.groups.entries()) {
    const batch = await file.read(group, fields);
    expect(batch.length).toBe(length);
    rows.push(...rowsOfBatch(fields, batch));
  }
  file.close();
  return rows;
}

test('the rows of a file are those that were written', async () => {
  const { fields } = schema({ id: utf8, n: int32 });
  const rows = [{ id: 'a', n: 1 }, { id: 'b', n: 2 }]; // prettier-ignore
  const codec = await loadParquetCodec();
  const bytes = await codec.write(fields, [fileBatch(fields, rows)]);
  expect(await rowsOfFile(fields, await codec.open(uncheckedBytes(bytes)))).toEqual(rows);
});
