/** The kinds of values that a column can hold. */
export type Kind =
  'utf8' | 'int32' | 'int64' | 'float64' | 'decimal' | 'bool' | 'timestamp' | 'binary' | 'list' | 'struct';

/**
 * The type of one column: its kind, whether it may be null, and what the kind needs to be complete.
 *
 * `T` is what a row gives for it: `string` (utf8, decimal), `number` (int32, float64), `bigint` (int64),
 * `boolean`, `Date` (timestamp), `Uint8Array` (binary), an array (list) or an object (struct).
 */
export interface ColumnType<T = unknown, K extends Kind = Kind, N extends boolean = boolean> {
  readonly kind: K;
  readonly nullable: N;
  /** Digits in all and behind the point; only for `decimal`. */
  readonly precision?: number;
  readonly scale?: number;
  /** The type of the items; only for `list`. */
  readonly items?: ColumnType;
  /** The types of the members; only for `struct`. */
  readonly fields?: Fields;
  /** Never set: carries `T` for inference. */
  readonly _value?: T;
}

/** The type of a list, which knows that of its items. */
export interface ListType<C extends ColumnType, N extends boolean = false> extends ColumnType<ValueOf<C>[], 'list', N> {
  readonly items: C;
}

/** The type of a struct, which knows those of its members. */
export interface StructType<F extends Fields, N extends boolean = false> extends ColumnType<Row<F>, 'struct', N> {
  readonly fields: F;
}

/** Named columns, in the order in which they were declared. */
export type Fields = { readonly [name: string]: ColumnType };

/** What a row holds for a column of type `C`. */
export type ValueOf<C> = C extends ColumnType<infer T, Kind, infer N> ? (N extends true ? T | null : T) : never;

/** A row of the given fields, as a plain object. */
export type Row<F extends Fields> = { [K in keyof F]: ValueOf<F[K]> };

/** The names of the fields whose type is assignable to `C`. */
export type Named<F extends Fields, C> = { [K in keyof F]: F[K] extends C ? K : never }[keyof F] & string;

/** Flattens an intersection, so that an editor shows the fields and not how they were computed. */
export type Simplify<T> = { [K in keyof T]: T[K] } & {};

/** Text as UTF-8. A lone surrogate becomes U+FFFD when it is decoded. */
export const utf8: ColumnType<string, 'utf8', false> = { kind: 'utf8', nullable: false };
/** A whole number from −2^31 to 2^31 − 1. */
export const int32: ColumnType<number, 'int32', false> = { kind: 'int32', nullable: false };
/** A whole number of 64 bits; rows give `bigint`. */
export const int64: ColumnType<bigint, 'int64', false> = { kind: 'int64', nullable: false };
/** A double-precision number. */
export const float64: ColumnType<number, 'float64', false> = { kind: 'float64', nullable: false };
/** True or false. */
export const bool: ColumnType<boolean, 'bool', false> = { kind: 'bool', nullable: false };
/** An instant in milliseconds since 1970-01-01T00:00Z; rows give `Date`. */
export const timestamp: ColumnType<Date, 'timestamp', false> = { kind: 'timestamp', nullable: false };
/** Bytes; JSON carries them as base64. */
export const binary: ColumnType<Uint8Array, 'binary', false> = { kind: 'binary', nullable: false };

/** The largest precision of `decimal`: 38 digits are what 128 bits hold. */
export const maxDecimalPrecision = 38;

/**
 * An exact decimal number of `precision` digits (1 to 38), `scale` of them behind the point; rows give a string.
 *
 * @example
 * ```ts
 * import { decimal, schema } from '@millrace/core';
 *
 * const Fare = schema({ total: decimal(10, 2) }); // total: '11.80'
 * ```
 */
export function decimal(precision: number, scale: number): ColumnType<string, 'decimal', false> {
  return { kind: 'decimal', nullable: false, precision, scale };
}

/** A list of items of one type; a null list, an empty list and a list of null are three different values. */
export function list<C extends ColumnType>(items: C): ListType<C> {
  return { kind: 'list', nullable: false, items };
}

/** Named members in one column. */
export function struct<F extends Fields>(fields: F): StructType<F> {
  return { kind: 'struct', nullable: false, fields };
}

/** The same type with nulls allowed. */
export type Nullable<C> =
  C extends ListType<infer I, boolean>
    ? ListType<I, true>
    : C extends StructType<infer F, boolean>
      ? StructType<F, true>
      : C extends ColumnType<infer T, infer K>
        ? ColumnType<T, K, true>
        : never;

/**
 * Allows null, and in JSON a missing field, in a column.
 *
 * @example
 * ```ts
 * import { nullable, schema, utf8 } from '@millrace/core';
 *
 * const Pin = schema({ unique_id: utf8, title: nullable(utf8) });
 * ```
 */
export function nullable<C extends ColumnType>(type: C): Nullable<C> {
  return { ...type, nullable: true } as unknown as Nullable<C>;
}
