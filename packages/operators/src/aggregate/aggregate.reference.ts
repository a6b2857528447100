import { emptyLedger, type Reference, type ReferenceRow, rowComparator } from '@millrace/core/operate';
import type { MergingWindows, SlicingWindows, Window } from '../window/assigner.js';
import type { AggregatePlan } from './aggregate-plan.js';
import { resultReferences } from './result.reference.js';

/** Rows of one group and window. */
interface Bucket {
  readonly start: number;
  readonly end: number;
  readonly rows: readonly ReferenceRow[];
}

/**
 * What `aggregate` means: the rows of each group are put into windows, and every computed column is a function of the
 * rows of one of them, sorted by (time, order).
 */
export function aggregateReference(plan: AggregatePlan, window: Window | undefined): Reference {
  const by = Object.entries(plan.by);
  return ([input = []]) => {
    const groups = new Map<string, ReferenceRow[]>();
    for (const row of [...input].sort(rowComparator(plan.order))) {
      const key = by.map(([name]) => keyText(row.row[name])).join();
      const rows = groups.get(key);
      if (rows === undefined) groups.set(key, [row]);
      else rows.push(row);
    }
    const rows = [...groups.values()].flatMap((group) =>
      bucketsOf(group, window).map((bucket) => rowOf(plan, window, bucket)),
    );
    const ledger = { ...emptyLedger(), in: input.length, taken: input.length };
    return { rows: rows.sort(rowComparator(Object.values(plan.by))), late: [], rejected: [], ledger };
  };
}

function bucketsOf(rows: readonly ReferenceRow[], window: Window | undefined): readonly Bucket[] {
  if (window === undefined) return [{ start: -Infinity, end: Infinity, rows }];
  return window.family === 'slicing' ? windowsOf(rows, window) : sessionsOf(rows, window);
}

function windowsOf(rows: readonly ReferenceRow[], window: SlicingWindows): readonly Bucket[] {
  const ends = new Set<number>();
  for (const { time } of rows) {
    for (let end = window.endAfter(time!); window.startOf(end) <= time!; end = window.endAfter(end)) ends.add(end);
  }
  return [...ends].map((end) => {
    const start = window.startOf(end);
    return { start, end, rows: rows.filter(({ time }) => time! >= start && time! < end) };
  });
}

// Rows come sorted by time.
function sessionsOf(rows: readonly ReferenceRow[], window: MergingWindows): readonly Bucket[] {
  const sessions: { start: number; end: number; rows: ReferenceRow[] }[] = [];
  for (const row of rows) {
    const time = row.time!;
    const current = sessions.at(-1);
    if (current === undefined || time >= current.end)
      sessions.push({ start: time, end: window.endOf(time), rows: [row] });
    else {
      current.end = window.endOf(time);
      current.rows.push(row);
    }
  }
  return sessions;
}

function rowOf(plan: AggregatePlan, window: Window | undefined, { start, end, rows }: Bucket): ReferenceRow {
  const key = Object.keys(plan.by).map((name) => [name, canonical(rows[0]!.row[name])] as const);
  const results = plan.computes.map(({ name, aggregation: { name: kind, field }, type }) => {
    const values = rows.map(({ row }) => (field === undefined ? true : row[field]));
    return [name, resultReferences[kind]!(values, type)] as const;
  });
  const bounds = window === undefined ? {} : { windowStart: new Date(start), windowEnd: new Date(end) };
  const newest = plan.timed ? Math.max(...rows.map(({ time }) => time!)) : undefined;
  return {
    time: window === undefined ? newest : end - 1,
    order: key.map(([, value]) => value),
    row: { ...bounds, ...Object.fromEntries(key), ...Object.fromEntries(results) },
    record: undefined,
  };
}

function canonical(value: unknown): unknown {
  return value === 0 ? 0 : value;
}

// Equal values give equal texts, and different ones different texts: −0 is 0, and NaN is one value.
function keyText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Date) return String(value.getTime());
  if (value instanceof Uint8Array) return `[${value.join()}]`;
  if (Array.isArray(value)) return `[${value.map(keyText).join()}]`;
  if (typeof value === 'object' && value !== null) return `{${Object.values(value).map(keyText).join()}}`;
  return String(canonical(value));
}
