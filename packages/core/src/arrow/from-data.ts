import { type Data, Type, type Vector } from 'apache-arrow';
import { bitAt, emptyBits, setBit } from '../batch/bits.js';
import type { BytesColumn, Column } from '../batch/column.js';
import { columnBuilder } from '../batch/column-builder.js';
import { gatherColumn } from '../batch/gather.js';
import type { ColumnType } from '../schema/column-type.js';

/**
 * The column of `type` that Arrow data holds. It shares memory with the data wherever the layouts are the same.
 *
 * @throws TypeError where the data is not of that type.
 */
export function fromData(type: ColumnType, data: Data): Column {
  const validity = validityOf(data);
  const { length } = data;
  const is = (typeId: Type): void => {
    if ((data.typeId as Type) !== typeId)
      throw new TypeError(`Arrow holds ${String(data.type)} where ${type.kind} is due.`);
  };
  switch (type.kind) {
    case 'utf8':
    case 'binary':
      if ((data.typeId as Type) === Type.Dictionary) return fromDictionary(type, data, validity);
      is(type.kind === 'utf8' ? Type.Utf8 : Type.Binary);
      return bytesOf(data, validity);
    case 'int32':
      is(Type.Int);
      if (!(data.values instanceof Int32Array))
        throw new TypeError(`Arrow holds ${String(data.type)} where int32 is due.`);
      return { layout: 'int32', values: data.values.subarray(0, length), validity };
    case 'int64':
      is(Type.Int);
      return { layout: 'int64', values: longsOf(type, data), validity };
    case 'float64':
      is(Type.Float);
      if (!(data.values instanceof Float64Array))
        throw new TypeError(`Arrow holds ${String(data.type)} where float64 is due.`);
      return { layout: 'float64', values: data.values.subarray(0, length), validity };
    case 'timestamp':
      is(Type.Timestamp);
      return { layout: 'float64', values: Float64Array.from(longsOf(type, data), Number), validity };
    case 'decimal': {
      is(Type.Decimal);
      const words = data.values as Uint32Array;
      return { layout: 'decimal', values: new BigInt64Array(words.buffer, words.byteOffset, length * 2), validity };
    }
    case 'bool':
      is(Type.Bool);
      return { layout: 'bool', values: alignedBits(data.values as Uint8Array, data.offset, length), validity };
    case 'list': {
      is(Type.List);
      const items = fromData(type.items!, data.children[0]!);
      return { layout: 'list', offsets: (data.valueOffsets as Int32Array).subarray(0, length + 1), items, validity };
    }
    case 'struct': {
      is(Type.Struct);
      const fields = Object.entries(type.fields!).map(([name, member]) => {
        const at = data.type.children.findIndex((child: { name: string }) => child.name === name);
        if (at === -1) throw new TypeError(`Arrow holds no member "${name}".`);
        return [name, fromData(member, data.children[at]!)];
      });
      return { layout: 'struct', fields: Object.fromEntries(fields) as { [name: string]: Column }, validity };
    }
  }
}

/** The column that a vector of any number of chunks holds. */
export function fromVector(type: ColumnType, vector: Vector): Column {
  const chunks = vector.data.map((data) => fromData(type, data));
  if (chunks.length === 0) return columnBuilder(type).finish();
  if (chunks.length === 1) return chunks[0]!;
  const chunkOf = new Int32Array(vector.length);
  const rowOf = new Int32Array(vector.length);
  let to = 0;
  for (const [chunk, { length }] of vector.data.entries()) {
    for (let row = 0; row < length; row++, to++) {
      chunkOf[to] = chunk;
      rowOf[to] = row;
    }
  }
  return gatherColumn(chunks, chunkOf, rowOf);
}

function fromDictionary(type: ColumnType, data: Data, validity: Uint8Array | undefined): Column {
  const dictionary = fromVector({ ...type, nullable: false }, data.dictionary as Vector) as BytesColumn;
  const codes = data.values instanceof Int32Array ? data.values : Int32Array.from(data.values as Int8Array);
  return { layout: 'dictionary', codes: codes.subarray(0, data.length), dictionary, validity };
}

function bytesOf(data: Data, validity: Uint8Array | undefined): BytesColumn {
  const offsets = (data.valueOffsets as Int32Array).subarray(0, data.length + 1);
  // Arrow lets a column of no rows have no offsets.
  return {
    layout: 'bytes',
    offsets: offsets.length === 0 ? new Int32Array(1) : offsets,
    bytes: (data.values as Uint8Array | undefined) ?? new Uint8Array(0),
    validity,
  };
}

function longsOf(type: ColumnType, data: Data): BigInt64Array {
  if (!(data.values instanceof BigInt64Array))
    throw new TypeError(`Arrow holds ${String(data.type)} where ${type.kind} is due.`);
  return data.values.subarray(0, data.length);
}

function validityOf(data: Data): Uint8Array | undefined {
  if (data.nullCount === 0) return undefined;
  return alignedBits(data.nullBitmap as Uint8Array, data.offset, data.length);
}

/** The bits from `offset` on; a copy where that is inside a byte. */
function alignedBits(bits: Uint8Array, offset: number, length: number): Uint8Array {
  if ((offset & 7) === 0) return bits.subarray(offset >> 3, (offset + length + 7) >> 3);
  const aligned = emptyBits(length);
  for (let i = 0; i < length; i++) if (bitAt(bits, offset + i)) setBit(aligned, i);
  return aligned;
}
