import type { ColumnType, Fields, Schema } from '@millrace/core';
import type { Accumulators, Aggregation } from './aggregation.js';

/** An aggregate as it was settled when the graph was built: what all its tasks and all its windows share. */
export interface AggregatePlan {
  /** As errors name it. */
  readonly operator: string;
  /** The user's line. */
  readonly where: () => string | undefined;
  /** The schema of the input. */
  readonly input: Schema;
  /** Whether batches of the input carry event time. */
  readonly timed: boolean;
  /** The types of the order columns of the input. */
  readonly order: readonly ColumnType[];
  /** The key columns. */
  readonly by: Fields;
  readonly computes: readonly Compute[];
  /** The least time between two showings of early rows, in ms; undefined where none are asked for. */
  readonly earlyMs: number | undefined;
}

/** One computed column. */
export interface Compute {
  readonly name: string;
  readonly aggregation: Aggregation;
  /** The type of the field that it reads. */
  readonly type: ColumnType | undefined;
}

/** Empty accumulators, one per computed column. */
export function createAccumulators({ computes, timed, order }: AggregatePlan): readonly Accumulators[] {
  return computes.map(({ aggregation, type }) => aggregation.create({ type, timed, order }));
}
