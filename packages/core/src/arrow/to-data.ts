import { type Data, type DataType, type Field, makeData, Vector } from 'apache-arrow';
import { bitAt } from '../batch/bits.js';
import type { Column } from '../batch/column.js';

/**
 * A column of `length` rows as Arrow data of a type that `arrowField` gave. Copies nothing but timestamps, which Arrow
 * has as whole numbers, and codes under a null that name no entry.
 */
export function toData(type: DataType, column: Column, length: number): Data {
  const nullBitmap = column.validity ?? null;
  const base = { type, length, nullBitmap, ...(nullBitmap === null ? { nullCount: 0 } : {}) };
  switch (column.layout) {
    case 'int32':
    case 'int64':
    case 'bool':
      return makeData({ ...base, data: column.values } as never);
    case 'decimal': {
      const { buffer, byteOffset } = column.values;
      return makeData({ ...base, data: new Uint32Array(buffer, byteOffset, length * 4) } as never);
    }
    case 'float64':
      return makeData({ ...base, data: isTimestamp(type) ? milliseconds(column.values) : column.values } as never);
    case 'bytes':
      return makeData({ ...base, valueOffsets: column.offsets, data: column.bytes } as never);
    case 'dictionary': {
      const { dictionary: entryType } = type as { readonly dictionary?: DataType };
      const entries = column.dictionary.offsets.length - 1;
      const dictionary = new Vector([toData(entryType!, column.dictionary, entries)]);
      return makeData({ ...base, data: safeCodes(column.codes, column.validity, entries), dictionary } as never);
    }
    case 'list': {
      const { offsets } = column;
      const [item] = type.children as readonly Field<DataType>[];
      const child = toData(item!.type, column.items, offsets[length]!);
      return makeData({ ...base, valueOffsets: offsets, child } as never);
    }
    case 'struct': {
      const members = type.children as readonly Field<DataType>[];
      const children = members.map((member) => toData(member.type, column.fields[member.name]!, length));
      return makeData({ ...base, children } as never);
    }
  }
}

function isTimestamp(type: DataType): boolean {
  return 'unit' in type;
}

const wordSize = 2 ** 32;

// By 32-bit halves: a number of 64 bits would be an object each, and a checkpoint has one for every key.
function milliseconds(values: Float64Array): BigInt64Array {
  const longs = new BigInt64Array(values.length);
  const words = new Int32Array(longs.buffer);
  for (let row = 0; row < values.length; row++) {
    const value = Math.trunc(values[row]!);
    // What is no instant stands under a null.
    if (!Number.isSafeInteger(value)) continue;
    words[2 * row] = value;
    words[2 * row + 1] = Math.floor(value / wordSize);
  }
  return longs;
}

function safeCodes(codes: Int32Array, validity: Uint8Array | undefined, entries: number): Int32Array {
  if (validity === undefined) return codes;
  return codes.map((code, row) => (bitAt(validity, row) && code < entries ? code : 0));
}
