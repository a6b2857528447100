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
  Struct,
  TimestampMillisecond,
  Utf8,
} from 'apache-arrow';
import type { Column, ListColumn, StructColumn } from '../batch/column.js';
import type { ColumnType } from '../schema/column-type.js';

/** The Arrow field of a column: its layout decides whether text is a dictionary. */
export function arrowField(name: string, type: ColumnType, column: Column): Field {
  return new Field(name, arrowType(type, column), type.nullable || column.validity !== undefined);
}

function arrowType(type: ColumnType, column: Column): DataType {
  switch (type.kind) {
    case 'utf8':
      return column.layout === 'dictionary' ? new Dictionary(new Utf8(), new Int32()) : new Utf8();
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
      return new TimestampMillisecond('UTC');
    case 'binary':
      return column.layout === 'dictionary' ? new Dictionary(new Binary(), new Int32()) : new Binary();
    case 'list':
      return new List(arrowField('item', type.items!, (column as ListColumn).items));
    case 'struct': {
      const members = Object.entries(type.fields!);
      return new Struct(members.map(([name, member]) => arrowField(name, member, (column as StructColumn).fields[name]!))); // prettier-ignore
    }
  }
}
