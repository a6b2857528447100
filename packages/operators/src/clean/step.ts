import type { ColumnType } from '@millrace/core';
import { type BytesColumn, valueProblem } from '@millrace/core/operate';

/**
 * Why a rule refuses a value, as a symbol whose description ends a sentence: `is not a whole number`. A symbol, because
 * no value of a column is one, so that nothing has to be wrapped on the way.
 */
export type Refusal = symbol;

/**
 * One rule of a chain. A chain hands a value from step to step; null and refusals pass by all steps that do not say
 * otherwise. A step is pure: it runs once per distinct value of a dictionary, and its outcome is used for every row.
 */
export interface Step {
  /** What it makes of a value that is neither null nor refused: a value, null, or a refusal. */
  readonly value: (value: never) => unknown;
  /** What it makes of null, where that is not null. */
  readonly null?: () => unknown;
  /** What it makes of a refusal by a step before it, where that does not stand. */
  readonly refused?: () => unknown;
  /** Whether it may refuse a value. */
  readonly refuses?: true;
  /** Whether nulls may come of it, or end with it. */
  readonly nulls?: 'start' | 'end';
  /** The type of its values, where it is not what came in. */
  readonly type?: ColumnType;
  /** The only values, all of them texts, that `value` changes; undefined where it may change any. */
  readonly changes?: readonly string[];
  /** Makes its kernel over plain bytes, where it has one: per instance, since kernels keep caches. */
  readonly kernel?: () => ParseKernel;
}

/**
 * Parses the texts in `rows` of a column into `values` (at the same rows), and writes the rows that it cannot parse to
 * `misses`; gives the number of those. It must agree with `value` wherever it does not miss. It does not look at
 * validity: what it makes of a null is overwritten.
 */
export type ParseKernel = (
  column: BytesColumn,
  rows: Int32Array,
  values: Float64Array | Int32Array,
  misses: Int32Array,
) => number;

/** What the steps make of a value (or null): a value of the chain's type, null, or a refusal. */
export function runSteps(steps: readonly Step[], input: unknown): unknown {
  let value = input;
  for (const step of steps) {
    if (typeof value === 'symbol') value = step.refused === undefined ? value : step.refused();
    else if (value === null) value = step.null === undefined ? null : step.null();
    else value = step.value(value as never);
  }
  return value;
}

/** Whether a chain of these steps can refuse anything in the end. */
export function mayRefuse(steps: readonly Step[]): boolean {
  let refuses = false;
  for (const step of steps) {
    if (step.refused !== undefined) refuses = false;
    if (step.refuses) refuses = true;
  }
  return refuses;
}

/** Why a value that steps give in place of null does not fit the column, if it does not. */
export function defaultProblem(steps: readonly Step[], input: ColumnType): string | undefined {
  let type = input;
  for (const step of steps) {
    const problem = step.null === undefined ? undefined : valueProblem({ ...type, nullable: false }, step.null());
    if (problem !== undefined) return problem;
    type = step.type ?? type;
  }
  return undefined;
}

/** The type of what comes out of the steps, for a column of type `input`. */
export function outputType(steps: readonly Step[], input: ColumnType): ColumnType {
  let type = input;
  let { nullable } = input;
  for (const step of steps) {
    type = step.type ?? type;
    if (step.nulls !== undefined) nullable = step.nulls === 'start';
  }
  return { ...type, nullable };
}
