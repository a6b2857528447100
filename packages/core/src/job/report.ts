import { digestText } from '../digest/digest.js';
import type { LedgerCounts } from '../ledger/ledger.js';
import type { OutputResult } from './job.js';

/** The end of a run as text: a line per output with its digest, then the ledger of every operator (law 3). */
export function reportText(
  outputs: { readonly [output: string]: OutputResult },
  ledger: { readonly [operator: string]: LedgerCounts },
): string {
  const names = Object.keys(outputs);
  const width = Math.max(...names.map((name) => name.length));
  const rows = Math.max(...Object.values(outputs).map((each) => each.rows.toLocaleString('en').length));
  const lines = Object.entries(outputs).map(
    ([name, each]) =>
      `${name.padEnd(width)}  ${each.rows.toLocaleString('en').padStart(rows)} rows  ${digestText({ rows: each.rows, hash: each.digest })}`,
  );
  return [...lines, '', ledgerText(ledger)].join('\n');
}

const outcomes = ['in', 'taken', 'late', 'duplicate', 'rejected', 'filtered', 'pending'] as const;

function ledgerText(ledger: { readonly [operator: string]: LedgerCounts }): string {
  const rows = Object.entries(ledger).map(([name, counts]) => [
    name,
    ...outcomes.map((outcome) => counts[outcome].toLocaleString('en')),
  ]);
  const table = [['operator', ...outcomes], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
    .join('\n');
}
