import type { ColumnType, Fields } from '@millrace/core';
import { type BytesColumn, type Column, columnOf, gatherColumn } from '@millrace/core/connector';
import type { FileBatch } from './codec.js';

/** A column without a value. */
export function nullColumn(type: ColumnType, length: number): Column {
  return columnOf(type, new Array<null>(length).fill(null));
}

/** All rows of the batches as one. */
export function joinBatches(fields: Fields, batches: readonly FileBatch[]): FileBatch {
  if (batches.length === 1) return batches[0]!;
  const length = batches.reduce((sum, batch) => sum + batch.length, 0);
  const chunkOf = new Int32Array(length);
  const rowOf = new Int32Array(length);
  let to = 0;
  for (const [chunk, batch] of batches.entries()) {
    for (let row = 0; row < batch.length; row++, to++) {
      chunkOf[to] = chunk;
      rowOf[to] = row;
    }
  }
  const columns = Object.entries(fields).map(([name, type]): [string, Column] => {
    const chunks = batches.map((batch) => batch.columns[name]!);
    return [name, chunks.length === 0 ? nullColumn(type, 0) : gatherColumn(chunks, chunkOf, rowOf)];
  });
  return { length, columns: Object.fromEntries(columns) };
}

/** Rows `from` to `to` (exclusive) of a batch. Shares its memory, except for bitmaps that do not start at a byte. */
export function sliceBatch(batch: FileBatch, from: number, to: number): FileBatch {
  if (from === 0 && to === batch.length) return batch;
  const columns = Object.entries(batch.columns).map(([name, column]) => [name, sliceColumn(column, from, to)] as const);
  return { length: to - from, columns: Object.fromEntries(columns) };
}

function sliceColumn(column: Column, from: number, to: number): Column {
  const validity = column.validity === undefined ? undefined : sliceBits(column.validity, from, to);
  switch (column.layout) {
    case 'int32':
      return { layout: 'int32', values: column.values.subarray(from, to), validity };
    case 'float64':
      return { layout: 'float64', values: column.values.subarray(from, to), validity };
    case 'int64':
      return { layout: 'int64', values: column.values.subarray(from, to), validity };
    case 'decimal':
      return { layout: 'decimal', values: column.values.subarray(2 * from, 2 * to), validity };
    case 'bool':
      return { layout: 'bool', values: sliceBits(column.values, from, to), validity };
    case 'bytes':
      return sliceBytes(column, from, to, validity);
    case 'dictionary':
      return { layout: 'dictionary', codes: column.codes.subarray(from, to), dictionary: column.dictionary, validity };
    case 'list':
      return { layout: 'list', offsets: column.offsets.subarray(from, to + 1), items: column.items, validity };
    case 'struct': {
      const fields = Object.entries(column.fields).map(
        ([name, member]) => [name, sliceColumn(member, from, to)] as const,
      );
      return { layout: 'struct', fields: Object.fromEntries(fields), validity };
    }
  }
}

function sliceBytes(column: BytesColumn, from: number, to: number, validity: Uint8Array | undefined): BytesColumn {
  return { layout: 'bytes', offsets: column.offsets.subarray(from, to + 1), bytes: column.bytes, validity };
}

function sliceBits(bits: Uint8Array, from: number, to: number): Uint8Array {
  const shift = from & 7;
  const first = from >> 3;
  const length = (to - from + 7) >> 3;
  if (shift === 0) return bits.subarray(first, first + length);
  const slice = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    slice[i] = (bits[first + i]! >> shift) | ((bits[first + i + 1] ?? 0) << (8 - shift));
  }
  return slice;
}
