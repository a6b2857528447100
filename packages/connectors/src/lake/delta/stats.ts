import type { ColumnType, Fields } from '@millrace/core';
import { type Column, isNull } from '@millrace/core/connector';
import type { FileBatch } from '../parquet/codec.js';

/**
 * The statistics of a file as the log keeps them: rows, nulls per column, and the least and greatest number or time. Texts
 * have none: readers that prune do it by offset and time, and a text can be long.
 */
export function fileStats(fields: Fields, batches: readonly FileBatch[]): string {
  const parts: { [part in 'minValues' | 'maxValues' | 'nullCount']: string[] } = {
    minValues: [],
    maxValues: [],
    nullCount: [],
  };
  for (const [name, type] of Object.entries(fields)) {
    // Other readers look for counts inside a struct, and fail where they find one for the whole.
    if (type.kind === 'struct' || type.kind === 'list') continue;
    const columns = batches.map((batch) => ({ column: batch.columns[name]!, length: batch.length }));
    const nulls = columns.reduce((sum, { column, length }) => sum + nullCount(column, length), 0);
    parts.nullCount.push(`${JSON.stringify(name)}:${nulls}`);
    const range = rangeOf(type, columns);
    if (range === undefined) continue;
    parts.minValues.push(`${JSON.stringify(name)}:${range[0]}`);
    parts.maxValues.push(`${JSON.stringify(name)}:${range[1]}`);
  }
  // Written by hand, since JSON.stringify knows no whole numbers of 64 bits.
  const members = Object.entries(parts).map(([part, entries]) => `"${part}":{${entries.join(',')}}`);
  return `{"numRecords":${batches.reduce((sum, { length }) => sum + length, 0)},${members.join(',')}}`;
}

/** The number of rows that a file's statistics tell; undefined where they do not. */
export function numRecords(stats: string | undefined): number | undefined {
  if (stats === undefined) return undefined;
  const { numRecords: rows } = JSON.parse(stats) as { numRecords?: unknown };
  return typeof rows === 'number' ? rows : undefined;
}

interface Chunk {
  readonly column: Column;
  readonly length: number;
}

function nullCount(column: Column, length: number): number {
  if (column.validity === undefined) return 0;
  let count = 0;
  for (let row = 0; row < length; row++) if (isNull(column, row)) count++;
  return count;
}

/** The least and the greatest value, as JSON. */
function rangeOf(type: ColumnType, chunks: readonly Chunk[]): readonly [string, string] | undefined {
  let least: number | bigint = Infinity;
  let greatest: number | bigint = -Infinity;
  for (const { column, length } of chunks) {
    if (column.layout !== 'int32' && column.layout !== 'float64' && column.layout !== 'int64') return undefined;
    for (let row = 0; row < length; row++) {
      if (isNull(column, row)) continue;
      const value = column.values[row]!;
      // No order with NaN: a range that leaves it out would lose its row to whoever prunes by it.
      if (typeof value === 'number' && !Number.isFinite(value)) return undefined;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
  }
  if (least > greatest) return undefined;
  return type.kind === 'timestamp' ? timeRange(Number(least), Number(greatest)) : [String(least), String(greatest)];
}

const earliest = Date.parse('0001-01-01');
const latest = Date.parse('9999-12-31');

function timeRange(least: number, greatest: number): readonly [string, string] | undefined {
  if (least < earliest || greatest > latest) return undefined;
  return [JSON.stringify(new Date(least)), JSON.stringify(new Date(greatest))];
}
