import { type ColumnType, float64 } from '@millrace/core';
import { decimalText, parseDecimal, rowComparator } from '@millrace/core/operate';

/** A result as a function of the values of a group, null included, in the order of the rows. */
export type ResultReference = (values: readonly unknown[], type: ColumnType | undefined) => unknown;

/** What every aggregate means, by its name. */
export const resultReferences: { readonly [aggregate: string]: ResultReference } = {
  count: (values) => present(values).length,
  sum: (values, type) => {
    if (type?.kind === 'decimal') return decimalSum(present(values) as string[], type.scale!);
    const sum = exactSum(present(values) as number[]);
    if (type?.kind === 'int32' && Math.abs(sum) > 2 ** 53) throw new RangeError('The sum is past 2^53.');
    return present(values).length === 0 ? null : sum;
  },
  mean: (values) =>
    present(values).length === 0 ? null : exactSum(present(values) as number[]) / present(values).length,
  min: (values, type) => sorted(values, type)[0] ?? null,
  max: (values, type) => sorted(values, type).at(-1) ?? null,
  first: (values) => values[0],
  last: (values) => values.at(-1),
};

function present(values: readonly unknown[]): readonly unknown[] {
  return values.filter((value) => value !== null);
}

function sorted(values: readonly unknown[], type: ColumnType = float64): readonly unknown[] {
  const compare = rowComparator([type]);
  const asRow = (value: unknown): Parameters<typeof compare>[0] => ({
    time: 0,
    order: [value],
    row: {},
    record: undefined,
  });
  return present(values)
    .map((value) => (value === 0 ? 0 : value))
    .sort((a, b) => compare(asRow(a), asRow(b)));
}

/** The sum of decimals of one scale, as whole numbers of their last digit. */
export function decimalSum(values: readonly string[], scale: number): string | null {
  const total = values.reduce((sum, value) => sum + parseDecimal(value, 38, scale)!, 0n);
  if (total >= 10n ** 38n || total <= -(10n ** 38n)) throw new RangeError('The sum is past 38 digits.');
  return values.length === 0 ? null : decimalText(total, scale);
}

/** The sum of doubles, rounded once: by whole numbers of 2^−1074, as every double is one. */
export function exactSum(values: readonly number[]): number {
  const special = values.filter((value) => !Number.isFinite(value));
  if (special.length > 0) return special.reduce((sum, value) => sum + value);
  const total = values.reduce((sum, value) => sum + unitsOf(value), 0n);
  return total < 0n ? -nearest(-total) : nearest(total);
}

function unitsOf(value: number): bigint {
  let doublings = 0;
  for (; !Number.isInteger(value); value *= 2) doublings++;
  return BigInt(value) << BigInt(1074 - doublings);
}

// Rounds to 53 bits, ties to even.
function nearest(units: bigint): number {
  const dropped = Math.max(0, units.toString(2).length - 53);
  let kept = units >> BigInt(dropped);
  const twice = (units - (kept << BigInt(dropped))) * 2n;
  const unit = 1n << BigInt(dropped);
  if (twice > unit || (twice === unit && kept % 2n === 1n)) kept++;
  return Number(kept) * 2 ** (dropped - 1074);
}
