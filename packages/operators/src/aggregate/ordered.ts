import type { ColumnType } from '@millrace/core';

/** The columns whose values have a least and a greatest. */
export type OrderedType = ColumnType<unknown, 'int32' | 'float64' | 'timestamp' | 'int64' | 'decimal' | 'utf8'>;

const kinds = new Set(['int32', 'float64', 'timestamp', 'int64', 'decimal', 'utf8']);

/** The same, said to plain JavaScript. */
export const orderedNeeded = {
  text: 'a number, timestamp or utf8',
  accepts: ({ kind }: ColumnType): boolean => kinds.has(kind),
};

/** Whether the values of a type are kept as doubles. */
export function isNumbers({ kind }: ColumnType): boolean {
  return kind === 'int32' || kind === 'float64' || kind === 'timestamp';
}
