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
  Struct,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';
import { isMap } from './codec.js';

/**
 * The type of rows with these columns. Text that comes as a dictionary stays one: the file then says so, and is read as
 * one again. All may be null, since a rejected record leaves nulls in every column.
 */
export function rowType(fields: Fields, columns: { readonly [name: string]: Column }): Struct {
  const members = Object.entries(fields).map(([name, type]) => {
    const isDictionary = columns[name]?.layout === 'dictionary';
    return new Field(name, isDictionary ? new Dictionary(new Utf8(), new Int32()) : arrowType(type), true);
  });
  return new Struct(members);
}

// Text inside lists and structs is plain: other readers of Arrow's own hints know no dictionaries there. Times are
// microseconds, the only unit that all readers of Delta take.
function arrowType(type: ColumnType): DataType {
  switch (type.kind) {
    case 'utf8':
      return new Utf8();
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
    case 'list':
      if (isMap(type)) return new Map_(new Field('key_value', entriesType(type), false));
      return new List(new Field('element', arrowType(type.items!), true));
    case 'struct':
      return new Struct(Object.entries(type.fields!).map(([name, member]) => new Field(name, arrowType(member), true)));
  }
}

function entriesType(type: ColumnType): Struct<{ key: DataType; value: DataType }> {
  const { key, value } = type.items!.fields!;
  return new Struct([new Field('key', arrowType(key!), false), new Field('value', arrowType(value!), true)]);
}
