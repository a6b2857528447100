import { type Data, type Field, TimeUnit, Type, type Vector } from 'apache-arrow';
import { bitAt, emptyBits, setBit } from '../batch/bits.js';
import type { BytesColumn, Column, DictionaryColumn } from '../batch/column.js';
import { columnBuilder } from '../batch/column-builder.js';
import { gatherColumn } from '../batch/gather.js';
import type { ColumnType, Kind } from '../schema/column-type.js';

/** The column that a vector of any number of chunks holds. */
export function fromVector(type: ColumnType, vector: Vector): Column {
  const chunks = vector.data.map((data) => fromData(type, data as Data));
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

/**
 * The column of `type` that Arrow data holds. It shares memory with the data wherever the layouts are the same.
 *
 * @throws TypeError where the data is not of that type.
 */
function fromData(type: ColumnType, data: Data): Column {
  const { length } = data;
  const validity = validityOf(data);
  if (!typeIds[type.kind].includes(data.typeId) || !isExact(type, data)) throw misfit(type, data);
  switch (type.kind) {
    case 'utf8':
    case 'binary':
      return data.typeId === Type.Dictionary ? fromDictionary(type, data, validity) : bytesOf(data, validity);
    case 'int32':
      if (!(data.values instanceof Int32Array)) throw misfit(type, data);
      return { layout: 'int32', values: data.values.subarray(0, length), validity };
    case 'int64':
      return { layout: 'int64', values: longsOf(type, data), validity };
    case 'float64':
      if (!(data.values instanceof Float64Array)) throw misfit(type, data);
      return { layout: 'float64', values: data.values.subarray(0, length), validity };
    case 'timestamp':
      return { layout: 'float64', values: Float64Array.from(longsOf(type, data), Number), validity };
    case 'decimal': {
      const words = data.values as Uint32Array;
      return { layout: 'decimal', values: new BigInt64Array(words.buffer, words.byteOffset, length * 2), validity };
    }
    case 'bool':
      return { layout: 'bool', values: alignedBits(data.values as Uint8Array, data.offset, length), validity };
    case 'list': {
      const items = fromData(type.items!, data.children[0]!);
      return { layout: 'list', offsets: offsetsOf(data), items, validity };
    }
    case 'struct': {
      const members = data.type.children as readonly Field[];
      const fields = Object.entries(type.fields!).map(([name, member]) => {
        const at = members.findIndex((field) => field.name === name);
        if (at === -1) throw new TypeError(`Arrow holds no member "${name}".`);
        return [name, fromData(member, data.children[at]!)] as const;
      });
      return { layout: 'struct', fields: Object.fromEntries(fields), validity };
    }
  }
}

const typeIds: { readonly [K in Kind]: readonly Type[] } = {
  utf8: [Type.Utf8, Type.Dictionary],
  binary: [Type.Binary, Type.Dictionary],
  int32: [Type.Int],
  int64: [Type.Int],
  float64: [Type.Float],
  timestamp: [Type.Timestamp],
  decimal: [Type.Decimal],
  bool: [Type.Bool],
  list: [Type.List],
  struct: [Type.Struct],
};

/** Whether the unit and the scale are ours: numbers of another one would be read wrong. */
function isExact(type: ColumnType, data: Data): boolean {
  const { unit, scale, bitWidth } = data.type as { unit?: TimeUnit; scale?: number; bitWidth?: number };
  if (type.kind === 'timestamp') return unit === TimeUnit.MILLISECOND;
  return type.kind !== 'decimal' || (scale === type.scale && bitWidth === 128);
}

function fromDictionary(type: ColumnType, data: Data, validity: Uint8Array | undefined): DictionaryColumn {
  const dictionary = fromVector({ ...type, nullable: false }, data.dictionary!) as BytesColumn;
  const codes = data.values instanceof Int32Array ? data.values : Int32Array.from(data.values as Int8Array);
  return { layout: 'dictionary', codes: codes.subarray(0, data.length), dictionary, validity };
}

function bytesOf(data: Data, validity: Uint8Array | undefined): BytesColumn {
  const bytes = (data.values as Uint8Array | undefined) ?? new Uint8Array(0);
  return { layout: 'bytes', offsets: offsetsOf(data), bytes, validity };
}

function offsetsOf({ valueOffsets, length }: Data): Int32Array {
  // Arrow lets a column of no rows have no offsets.
  return length === 0 ? new Int32Array(1) : (valueOffsets as Int32Array).subarray(0, length + 1);
}

function longsOf(type: ColumnType, data: Data): BigInt64Array {
  if (!(data.values instanceof BigInt64Array)) throw misfit(type, data);
  return data.values.subarray(0, data.length);
}

function validityOf({ nullCount, nullBitmap, offset, length }: Data): Uint8Array | undefined {
  return nullCount === 0 ? undefined : alignedBits(nullBitmap, offset, length);
}

/** The bits from `offset` on; a copy where that is inside a byte. */
function alignedBits(bits: Uint8Array, offset: number, length: number): Uint8Array {
  if ((offset & 7) === 0) return bits.subarray(offset >> 3, (offset + length + 7) >> 3);
  const aligned = emptyBits(length);
  for (let i = 0; i < length; i++) if (bitAt(bits, offset + i)) setBit(aligned, i);
  return aligned;
}

function misfit(type: ColumnType, data: Data): TypeError {
  return new TypeError(`Arrow holds ${(data.type as { toString(): string }).toString()} where ${type.kind} is due.`);
}
