import type { ColumnType, Fields } from '@millrace/core';
import type { Column } from '@millrace/core/connector';
import { type RecordBatch, Type } from 'apache-arrow';
import { FieldMismatch, type FileBatch } from './codec.js';
import { nullColumn } from './file-batch.js';
import { millisOfUnits } from './micros.js';

/** What is read of an Arrow `Data`, whose own type says `any` for most of it. */
interface ArrowData {
  readonly type: {
    readonly precision?: number;
    readonly scale?: number;
    readonly unit?: number;
    readonly children?: readonly { readonly name: string }[] | null;
    toString(): string;
  };
  readonly typeId: Type;
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | undefined;
  readonly valueOffsets: Int32Array;
  readonly values: unknown;
  readonly children: readonly ArrowData[];
  readonly dictionary?: { readonly data: readonly ArrowData[] };
}

/**
 * A record batch of `length` rows, or none, as columns of the given types; what it lacks is null. Shares its memory where the layout is ours. Widens whole numbers and
 * floats; refuses what would change a value.
 */
export function columnsOfArrow(fields: Fields, length: number, batch: RecordBatch | undefined): FileBatch {
  const names = batch?.schema.fields.map((field) => field.name) ?? [];
  const columns = Object.entries(fields).map(([name, type]): [string, Column] => {
    const data = batch?.data.children[names.indexOf(name)] as ArrowData | undefined;
    return [name, data === undefined ? nullColumn(type, length) : columnOfData(name, type, data)];
  });
  return { length, columns: Object.fromEntries(columns) };
}

function columnOfData(field: string, type: ColumnType, data: ArrowData): Column {
  const mismatch = (): never => {
    throw new FieldMismatch(field, String(data.type).toLowerCase(), type);
  };
  const validity = data.nullCount === 0 ? undefined : data.nullBitmap;
  const values: unknown = data.values;
  switch (type.kind) {
    case 'utf8':
      return textColumn(data, validity) ?? mismatch();
    case 'binary':
      if (data.typeId !== Type.Binary) return mismatch();
      return { layout: 'bytes', offsets: data.valueOffsets, bytes: data.values as Uint8Array, validity };
    case 'int32': {
      if (data.typeId !== Type.Int || !(values instanceof Int32Array)) return mismatch();
      return { layout: 'int32', values, validity };
    }
    case 'int64':
      return { layout: 'int64', values: longs(data) ?? mismatch(), validity };
    case 'float64':
      return { layout: 'float64', values: doubles(data) ?? mismatch(), validity };
    case 'timestamp':
      return { layout: 'float64', values: times(data) ?? mismatch(), validity };
    case 'decimal': {
      const { precision, scale } = data.type;
      if (data.typeId !== Type.Decimal || scale !== type.scale || precision! > type.precision!) return mismatch();
      const { buffer, byteOffset } = data.values as Uint32Array;
      return { layout: 'decimal', values: new BigInt64Array(buffer, byteOffset, data.length * 2), validity };
    }
    case 'bool':
      if (data.typeId !== Type.Bool) return mismatch();
      return { layout: 'bool', values: data.values as Uint8Array, validity };
    case 'list': {
      if (data.typeId !== Type.List && data.typeId !== Type.Map) return mismatch();
      const items = columnOfData(`${field}[]`, type.items!, data.children[0]!);
      return { layout: 'list', offsets: data.valueOffsets, items, validity };
    }
    case 'struct': {
      if (data.typeId !== Type.Struct) return mismatch();
      const members = data.type.children!.map(({ name }) => name);
      const fields = Object.entries(type.fields!).map(([name, member]) => {
        const at = members.indexOf(name);
        if (at === -1) return [name, nullColumn(member, data.length)];
        return [name, columnOfData(`${field}.${name}`, member, data.children[at]!)];
      });
      return { layout: 'struct', fields: Object.fromEntries(fields) as { [name: string]: Column }, validity };
    }
  }
}

function textColumn(data: ArrowData, validity: Uint8Array | undefined): Column | undefined {
  if (data.typeId === Type.Utf8) {
    return { layout: 'bytes', offsets: data.valueOffsets, bytes: data.values as Uint8Array, validity };
  }
  const entries = data.dictionary?.data[0];
  if (data.typeId !== Type.Dictionary || entries?.typeId !== Type.Utf8) return undefined;
  const dictionary = {
    layout: 'bytes',
    offsets: entries.valueOffsets,
    bytes: entries.values as Uint8Array,
    validity: undefined,
  } as const;
  return { layout: 'dictionary', codes: data.values as Int32Array, dictionary, validity };
}

function longs({ typeId, values }: ArrowData): BigInt64Array | undefined {
  if (typeId !== Type.Int) return undefined;
  if (values instanceof BigInt64Array) return values;
  return values instanceof Int32Array ? BigInt64Array.from(values, BigInt) : undefined;
}

function doubles({ typeId, values }: ArrowData): Float64Array | undefined {
  if (typeId === Type.Float) {
    if (values instanceof Float64Array) return values;
    return values instanceof Float32Array ? Float64Array.from(values) : undefined;
  }
  return typeId === Type.Int && values instanceof Int32Array ? Float64Array.from(values) : undefined;
}

const unitsPerMilli = [0.001, 1, 1000, 1_000_000];

function times(data: ArrowData): Float64Array | undefined {
  if (data.typeId !== Type.Timestamp) return undefined;
  return millisOfUnits(data.values as BigInt64Array, unitsPerMilli[data.type.unit!]!);
}
