import type { ColumnType, Fields, float64, Kind, Nullable } from '@millrace/core';
import type { Aggregation } from './aggregation.js';

/** The result has the type of field `K`, nulls included. */
export interface SameAs<K extends string> {
  readonly sameAs: K;
}

/** The result is a float64; null only where all of field `K` was. */
export interface NumberOf<K extends string> {
  readonly numberOf: K;
}

/** The result is what the values of field `K` add up to: of decimals a decimal, of numbers as `NumberOf`. */
export interface SumOf<K extends string> {
  readonly sumOf: K;
}

/** The type of a result: fixed, or by that of a field. */
export type Result = ColumnType | SameAs<string> | NumberOf<string> | SumOf<string>;

/** An aggregate over a group of rows: what it needs of the input's fields, and the type of its result. */
export interface Agg<Needs, Out extends Result> extends Aggregation {
  /** Never set: carries the types for inference. */
  readonly _needs?: (fields: Needs) => void;
  readonly _out?: Out;
}

/** The type of the result of an aggregate over a flow of `F`. */
export type ResultOf<F extends Fields, A> =
  A extends Agg<never, infer Out>
    ? Out extends SameAs<infer K>
      ? F[K]
      : Out extends NumberOf<infer K>
        ? NumberLike<F[K]>
        : Out extends SumOf<infer K>
          ? // How many digits a decimal has is no part of its type here.
            F[K] extends ColumnType<string, 'decimal'>
            ? F[K]
            : NumberLike<F[K]>
          : Out
    : never;

/** A float64 that is null where `C` can be. */
type NumberLike<C> = C extends ColumnType<unknown, Kind, false> ? typeof float64 : Nullable<typeof float64>;
