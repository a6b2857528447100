import { type Fields, type Flow, millraceError, type Mode } from '@millrace/core';

/** The rows without those of `left`; both ascend, and all of `left` are among the rows. */
export function without(rows: Int32Array, left: readonly { readonly row: number }[]): Int32Array {
  if (left.length === 0) return rows;
  const kept = new Int32Array(rows.length - left.length);
  let next = 0;
  let length = 0;
  for (const row of rows) {
    if (left[next]?.row === row) next++;
    else kept[length++] = row;
  }
  return kept;
}

/** Refuses an upsert flow where an operator leaves rows out: the row that such a one replaces would stay. */
export function requireAppendRows(operator: string, flow: Flow<Fields, Mode>): void {
  if (flow.mode === 'append') return;
  throw millraceError('MILLRACE_MODE_UNFIT', {
    operator,
    mode: 'upsert',
    problem: 'where it leaves a row out, the earlier row of that key would stay',
    fix: 'Put it before the aggregate, or give the aggregate a window.',
  });
}
