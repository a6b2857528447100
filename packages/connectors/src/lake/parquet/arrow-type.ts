import type { ColumnType, Fields } from '@millrace/core';
import type { Column } from '@millrace/core/connector';
import {
  Binary,
  Bool,
  type DataType,
  Decimal,
  Dictionary,
  Field,
  Float64,
  Int32,
  Int64,
  List,
  Map_,
  type Struct,
  Struct as StructType,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';
import { isMap } from './codec.js';

/**
 * The Arrow type that a column is written as. Text that came as a dictionary stays one: the file then says so, and is read
 * as one again. Times are microseconds, the only unit that all readers of Delta take.
 */
export function arrowType(type: ColumnType, column?: Column): DataType {
  switch (type.kind) {
    case 'utf8':
      return column?.layout === 'dictionary' ? new Dictionary(new Utf8(), new Int32()) : new Utf8();
    case 'int32':
      return new Int32();
    case 'int64':
      return new Int64();
    case 'float64':
      return new Float64();
    case 'decimal':
      return new Decimal(type.scale!, type.precision!, 128);
    case 'bool':
      return new Bool();
    case 'timestamp':
      return new TimestampMicrosecond('UTC');
    case 'binary':
      return new Binary();
    case 'list': {
      const items = column?.layout === 'list' ? column.items : undefined;
      if (isMap(type)) return new Map_(new Field('key_value', entriesType(type), false));
      return new List(new Field('element', arrowType(type.items!, items), true));
    }
    case 'struct':
      return structType(type.fields!, column?.layout === 'struct' ? column.fields : {});
  }
}

/** Members as Arrow fields; all may be null, since a rejected record leaves nulls in every column. */
export function structType(fields: Fields, columns: { readonly [name: string]: Column }): Struct {
  return new StructType(
    Object.entries(fields).map(([name, type]) => new Field(name, arrowType(type, columns[name]), true)),
  );
}

function entriesType(type: ColumnType): Struct<{ key: DataType; value: DataType }> {
  const { key, value } = type.items!.fields!;
  return new StructType([new Field('key', arrowType(key!), false), new Field('value', arrowType(value!), true)]);
}
