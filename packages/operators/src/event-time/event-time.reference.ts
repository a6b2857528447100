import {
  emptyLedger,
  type Reference,
  type ReferenceRejection,
  type ReferenceRow,
  type TimeLogEntry,
} from '@millrace/core/operate';

/** The options, checked and in milliseconds. */
export interface EventTimeSettings {
  readonly field: string;
  readonly boundMs: number;
  readonly maxAheadMs: number | undefined;
  readonly maxAhead: string;
  readonly onError: 'reject' | 'fail';
  readonly name: string;
  readonly operator: string;
}

/**
 * What `eventTime` means: each row against all rows before it in its source partition, and against the entries of the
 * time log at or before its offset.
 */
export function eventTimeReference({ field, boundMs, maxAheadMs, name }: EventTimeSettings): Reference {
  return ([input = []], timeLog) => {
    const rows: ReferenceRow[] = [];
    const late: ReferenceRow[] = [];
    const rejected: ReferenceRejection[] = [];
    const before = new Map<string, number[]>();
    for (const row of input) {
      const { source, partition, offset, brokerTime } = row.record!;
      const place = JSON.stringify([source, partition]);
      const seen = before.get(place) ?? [];
      before.set(place, seen);
      const value = row.row[field] as Date | null;
      if (value === null) {
        rejected.push({ row, code: 'MILLRACE_TIME_NULL', field });
        continue;
      }
      const time = value.getTime();
      if (maxAheadMs !== undefined && brokerTime !== -1 && time - brokerTime > maxAheadMs) {
        rejected.push({ row, code: 'MILLRACE_TIME_AHEAD', field });
        continue;
      }
      const floors = timeLog.filter((entry) => entry.eventTime === name && isBefore(entry, source, partition, offset));
      const watermark = Math.max(
        ...seen.map((other) => other - boundMs),
        ...floors.map((entry) => entry.watermark),
        -Infinity,
      );
      if (time < watermark) late.push(row);
      else rows.push({ ...row, time });
      seen.push(time);
    }
    const ledger = {
      ...emptyLedger(),
      in: input.length,
      taken: rows.length,
      late: late.length,
      rejected: rejected.length,
    };
    return { rows, late, rejected, ledger };
  };
}

function isBefore(entry: TimeLogEntry, source: string, partition: number, offset: number): boolean {
  return entry.source === source && entry.partition === partition && entry.offset <= offset;
}
