import type { ColumnType, Fields } from '@millrace/core';
import type { Batch, Column } from '@millrace/core/operate';

/**
 * One aggregate, as `agg.sum('x')` makes it: what it needs of its field, what it gives, and how groups are accumulated.
 *
 * Its result is a function of the set of (event time, order, value) in the group: accumulating must commute and
 * accumulators must merge, since slices of windows, sessions and restored tasks are merged in any order.
 */
export interface Aggregation {
  /** As the user calls it: `sum`. */
  readonly name: string;
  /** The field that it reads; undefined where it counts rows. */
  readonly field: string | undefined;
  /** The types of field that will do; undefined where all do. */
  readonly needs?: { readonly text: string; readonly accepts: (type: ColumnType) => boolean };
  /** The type of its result over a field of type `input`. */
  resultType(input: ColumnType | undefined): ColumnType;
  /** Accumulators for one set of groups: a slice, all sessions, all time. */
  create(input: AggregationInput): Accumulators;
}

/** What an aggregate has to know of the flow that it reads. */
export interface AggregationInput {
  /** The type of its field. */
  readonly type: ColumnType | undefined;
  /** Whether batches carry event time. */
  readonly timed: boolean;
  /** The types of the order columns. */
  readonly order: readonly ColumnType[];
}

/** What a sum may not be past, as errors name it: what an int32 field's is exact up to, or what a decimal holds. */
export type SumLimit = '2^53' | '38 digits';

/**
 * The state of one aggregate in columns: number `slot` of every array belongs to group `slot`. Calls that take two lists
 * pair them element by element. A slot that was never used, or was cleared, is the identity of `merge`.
 */
export interface Accumulators {
  /** The columns that `save` gives. */
  readonly parts: Fields;
  /** Makes room for slots below `slots`. Called before any of them is used. */
  grow(slots: number): void;
  /** Takes row `rows[i]` of `batch` into slot `slots[i]`. Nothing of the batch may be kept but copies. */
  update(slots: Int32Array, rows: Int32Array, batch: Batch): void;
  /** Takes slot `fromSlots[i]` of `from`, which may be this, into slot `toSlots[i]`. `from` stays as it is. */
  merge(from: Accumulators, fromSlots: Int32Array, toSlots: Int32Array): void;
  /** The results of slots; `overflow(i, limit)` throws for the group in `slots[i]` whose sum is past the limit. */
  result(slots: Int32Array, overflow: (i: number, limit: SumLimit) => never): Column;
  /** Makes slots as if never used. */
  clear(slots: Int32Array): void;
  /** The state of slots, copied. */
  save(slots: Int32Array): { readonly [part: string]: Column };
  /** The state that `save` gave, row `i` as slot `i`. Called on new accumulators only. */
  load(columns: { readonly [part: string]: Column }, length: number): void;
}
