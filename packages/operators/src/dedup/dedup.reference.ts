import { type ColumnType } from '@millrace/core';
import { emptyLedger, rowComparator, type Reference, type ReferenceRow } from '@millrace/core/operate';

/** The options, checked and in milliseconds. */
export interface DedupSettings {
  readonly by: readonly string[];
  readonly withinMs: number;
  readonly order: 'eventTime' | 'arrival';
  readonly operator: string;
}

/**
 * What `dedup` means: of the records of one key, by (time, order) or as they are read, the first is kept; those less
 * than `within` after it are duplicates; the next one is kept.
 */
export function dedupReference({ by, withinMs, order }: DedupSettings, orderTypes: readonly ColumnType[]): Reference {
  return ([input = []]) => {
    const sorted = [...input].sort(rowComparator(orderTypes));
    const keptAt = new Map<string, number>();
    const isKept = (row: ReferenceRow): boolean => {
      const values = by.map((field) => row.row[field]);
      if (values.some((value) => value === null)) return true;
      const key = values.map(keyText).join();
      const before = keptAt.get(key);
      if (before !== undefined && row.time! - before < withinMs) return false;
      keptAt.set(key, row.time!);
      return true;
    };
    const rows = order === 'arrival' ? input.filter(isKept) : sorted.filter(isKept);
    const ledger = {
      ...emptyLedger(),
      in: input.length,
      taken: rows.length,
      duplicate: input.length - rows.length,
    };
    return { rows, late: [], rejected: [], ledger };
  };
}

// Equal values give equal texts, and different ones different texts: −0 is 0, and NaN is one value.
function keyText(value: unknown): string {
  if (typeof value === 'number') return value === 0 ? '0' : String(value);
  if (value instanceof Date) return String(value.getTime());
  if (value instanceof Uint8Array) return `[${value.join()}]`;
  if (Array.isArray(value)) return `[${value.map(keyText).join()}]`;
  if (typeof value === 'object' && value !== null) return `{${Object.values(value).map(keyText).join()}}`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
