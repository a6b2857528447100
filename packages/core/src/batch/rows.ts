import type { ColumnType, Fields, Row } from '../schema/column-type.js';
import { type Batch, selectedRows } from './batch.js';
import { bitAt } from './bits.js';
import { type BytesColumn, type Column, isNull } from './column.js';
import { decimalText, unscaledAt } from './decimal.js';
import { bytesText } from './text.js';

/** The value in row `row` as rows hold it: `Date`, `bigint`, a decimal as text; null where it is null. */
export function valueAt(type: ColumnType, column: Column, row: number): unknown {
  return columnReader(type, column)(row);
}

/** The rows that are in the batch, as plain objects. */
export function rowsOf<F extends Fields>(fields: F, batch: Batch): Row<F>[] {
  return Array.from(selectedRows(batch), rowReader(fields)(batch));
}

/**
 * Reads rows of many batches: `rowReader(fields)(batch)(row)` is a new plain object with `fields`. Texts of a
 * dictionary are decoded once.
 */
export function rowReader<F extends Fields>(fields: F): (batch: Batch) => (row: number) => Row<F> {
  const names = Object.keys(fields);
  // Assigned, a value of this name would become the prototype of its row.
  const hasProto = names.includes('__proto__');
  return (batch) => {
    const readers = names.map((name) => columnReader(fields[name]!, batch.columns[name]!));
    if (hasProto) return (row) => Object.fromEntries(names.map((name, i) => [name, readers[i]!(row)])) as Row<F>;
    return (row) => {
      const object: { [name: string]: unknown } = {};
      for (let i = 0; i < names.length; i++) object[names[i]!] = readers[i]!(row);
      return object as Row<F>;
    };
  };
}

/** Reads the values of one column by row. */
export function columnReader(type: ColumnType, column: Column): (row: number) => unknown {
  const read = presentReader(type, column);
  return column.validity === undefined ? read : (row) => (isNull(column, row) ? null : read(row));
}

function presentReader(type: ColumnType, column: Column): (row: number) => unknown {
  switch (column.layout) {
    case 'int32':
    case 'int64':
      return (row) => column.values[row];
    case 'float64':
      return type.kind === 'timestamp' ? (row) => new Date(column.values[row]!) : (row) => column.values[row];
    case 'decimal':
      return (row) => decimalText(unscaledAt(column, row), type.scale!);
    case 'bool':
      return (row) => bitAt(column.values, row);
    case 'bytes': {
      const { offsets, bytes } = column;
      return type.kind === 'binary'
        ? (row) => bytes.slice(offsets[row], offsets[row + 1])
        : (row) => bytesText(bytes, offsets[row]!, offsets[row + 1]!);
    }
    case 'dictionary': {
      const { offsets, bytes } = column.dictionary;
      if (type.kind === 'binary')
        return (row) => bytes.slice(offsets[column.codes[row]!], offsets[column.codes[row]! + 1]);
      const texts = dictionaryTexts(column.dictionary);
      return (row) => texts[column.codes[row]!];
    }
    case 'list': {
      const { offsets } = column;
      const read = columnReader(type.items!, column.items);
      return (row) => Array.from({ length: offsets[row + 1]! - offsets[row]! }, (_, i) => read(offsets[row]! + i));
    }
    case 'struct': {
      const members = Object.entries(type.fields!).map(
        ([name, member]) => [name, columnReader(member, column.fields[name]!)] as const,
      );
      return (row) => Object.fromEntries(members.map(([name, read]) => [name, read(row)]));
    }
  }
}

const textsOfDictionary = new WeakMap<BytesColumn, readonly string[]>();

/** The entries of a dictionary as text; the same array for the same dictionary. */
export function dictionaryTexts(dictionary: BytesColumn): readonly string[] {
  let texts = textsOfDictionary.get(dictionary);
  if (texts === undefined) {
    const { offsets, bytes } = dictionary;
    texts = Array.from({ length: offsets.length - 1 }, (_, i) => bytesText(bytes, offsets[i]!, offsets[i + 1]!));
    textsOfDictionary.set(dictionary, texts);
  }
  return texts;
}
