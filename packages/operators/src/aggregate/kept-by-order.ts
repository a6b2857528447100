import { float64, nullable, type ColumnType } from '@millrace/core';
import { type Batch, type Column, compareValues } from '@millrace/core/operate';
import type { AggregationInput } from './aggregation.js';
import { KeptRows } from './kept-rows.js';

/** Keeps the value of `field` in the row that `wins` says by its place in (time, order) against the kept one's. */
export function keptByOrder(
  field: string,
  { type, timed, order }: AggregationInput,
  wins: (comparison: number) => boolean,
): KeptRows {
  const keys = [...(timed ? [['time', float64] as const] : []), ...order.map((each, i) => [`order${i}`, nullable(each)] as const)]; // prettier-ignore
  return new KeptRows({
    parts: { ...Object.fromEntries<ColumnType>(keys), value: type! },
    columnsOf: (batch) => [...(timed ? [timeColumn(batch)] : []), ...batch.order, batch.columns[field]!],
    better: (columns, row, kept, keptRow) => {
      for (let i = 0; i < keys.length; i++) {
        const comparison = compareValues(columns[i]!, row, kept[i]!, keptRow);
        if (comparison !== 0) return wins(comparison);
      }
      return false;
    },
  });
}

function timeColumn({ time }: Batch): Column {
  return { layout: 'float64', values: time!, validity: undefined };
}
