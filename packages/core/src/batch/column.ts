import { bitAt } from './bits.js';

// Thin columns in Arrow's memory layout, without Arrow's vectors: building, reading and filtering those costs 2 to 30
// times as much (docs/decisions.md), and wrapping these as Arrow copies nothing. The one exception is a timestamp,
// which is kept as float64 milliseconds, since reading a BigInt64Array makes an object per value.
//
//   validity   bitmap, set = not null; undefined = no null in the column. The value under a null is unspecified.
//   bytes      offsets[i] … offsets[i + 1] of bytes; offsets need not start at 0
//   dictionary codes[i] is a row of the dictionary; a null may stand under any code
//   list       offsets[i] … offsets[i + 1] of the items

/** Whole numbers of 32 bits. */
export interface Int32Column {
  readonly layout: 'int32';
  readonly values: Int32Array;
  readonly validity: Uint8Array | undefined;
}
/** Doubles; also timestamps, in milliseconds. */
export interface Float64Column {
  readonly layout: 'float64';
  readonly values: Float64Array;
  readonly validity: Uint8Array | undefined;
}
/** Whole numbers of 64 bits. */
export interface Int64Column {
  readonly layout: 'int64';
  readonly values: BigInt64Array;
  readonly validity: Uint8Array | undefined;
}
/** Unscaled decimals of 128 bits, two's complement: words 2i (low) and 2i + 1 (high). */
export interface DecimalColumn {
  readonly layout: 'decimal';
  readonly values: BigInt64Array;
  readonly validity: Uint8Array | undefined;
}
/** True and false, as a bitmap. */
export interface BoolColumn {
  readonly layout: 'bool';
  readonly values: Uint8Array;
  readonly validity: Uint8Array | undefined;
}
/** Text as UTF-8, or binary. */
export interface BytesColumn {
  readonly layout: 'bytes';
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
  readonly validity: Uint8Array | undefined;
}
/** Text of few distinct values. The entries of a dictionary are distinct and none is null. */
export interface DictionaryColumn {
  readonly layout: 'dictionary';
  readonly codes: Int32Array;
  readonly dictionary: BytesColumn;
  readonly validity: Uint8Array | undefined;
}
/** Lists of the rows of another column. */
export interface ListColumn {
  readonly layout: 'list';
  readonly offsets: Int32Array;
  readonly items: Column;
  readonly validity: Uint8Array | undefined;
}
/** Named columns of the same length, as one. */
export interface StructColumn {
  readonly layout: 'struct';
  readonly fields: { readonly [name: string]: Column };
  readonly validity: Uint8Array | undefined;
}

/** One column of a batch, in one of the layouts above. */
export type Column =
  | Int32Column
  | Float64Column
  | Int64Column
  | DecimalColumn
  | BoolColumn
  | BytesColumn
  | DictionaryColumn
  | ListColumn
  | StructColumn;

/** Whether row `index` is null. */
export function isNull(column: Column, index: number): boolean {
  return column.validity !== undefined && !bitAt(column.validity, index);
}

/** The number of entries of a bytes column (a dictionary, say). */
export function bytesLength(column: BytesColumn): number {
  return column.offsets.length - 1;
}
