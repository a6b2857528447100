import type { ColumnType, Fields } from '@millrace/core';
import { type Column, plainText } from '@millrace/core/connector';
import { type Data, type Field, makeData, makeVector, RecordBatch, Schema, Table } from 'apache-arrow';
import { rowType } from './arrow-type.js';
import type { FileBatch } from './codec.js';
import { microsOfMillis } from './micros.js';

/** What is read of an Arrow type, whose own declaration says `any` for most of it. */
interface ArrowType {
  readonly children?: readonly Field[] | null;
  readonly dictionary?: ArrowType;
}

/** The batch as an Arrow table of one record batch. Times are converted; all else is shared, not copied. */
export function arrowTable(fields: Fields, batch: FileBatch): Table {
  const type = rowType(fields, batch.columns);
  const children = type.children.map((field) =>
    arrowData(fields[field.name]!, field.type as ArrowType, batch.columns[field.name]!, batch.length),
  );
  const schema = new Schema(type.children);
  return new Table(schema, [new RecordBatch(schema, makeData({ type, length: batch.length, nullCount: 0, children }))]);
}

function arrowData(type: ColumnType, arrow: ArrowType, column: Column, length: number): Data {
  const nullBitmap = column.validity;
  const common = { length, nullBitmap, ...(nullBitmap === undefined ? { nullCount: 0 } : {}) };
  switch (column.layout) {
    case 'int32':
    case 'int64':
      return makeData({ ...common, type: arrow, data: column.values } as never);
    case 'float64': {
      const data = type.kind === 'timestamp' ? microsOfMillis(column.values) : column.values;
      return makeData({ ...common, type: arrow, data } as never);
    }
    case 'decimal': {
      const { buffer, byteOffset } = column.values;
      return makeData({ ...common, type: arrow, data: new Uint32Array(buffer, byteOffset, length * 4) } as never);
    }
    case 'bool':
      return makeData({ ...common, type: arrow, data: column.values } as never);
    case 'bytes':
      return makeData({ ...common, type: arrow, valueOffsets: column.offsets, data: column.bytes } as never);
    case 'dictionary': {
      if (arrow.dictionary === undefined) return arrowData(type, arrow, plainText(column), length);
      const { offsets, bytes } = column.dictionary;
      const text = arrow.dictionary;
      const entries = { type: text, length: offsets.length - 1, nullCount: 0, valueOffsets: offsets, data: bytes };
      const dictionary = makeVector(makeData(entries as never));
      return makeData({ ...common, type: arrow, data: column.codes, dictionary } as never);
    }
    case 'list': {
      const items = arrow.children![0]!.type as ArrowType;
      const child = arrowData(type.items!, items, column.items, column.offsets[length]!);
      return makeData({ ...common, type: arrow, valueOffsets: column.offsets, child } as never);
    }
    case 'struct': {
      const children = arrow.children!.map((field) =>
        arrowData(type.fields![field.name]!, field.type as ArrowType, column.fields[field.name]!, length),
      );
      return makeData({ ...common, type: arrow, children } as never);
    }
  }
}
