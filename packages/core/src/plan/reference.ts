import type { LedgerCounts } from '../ledger/ledger.js';
import type { TimeLogEntry } from '../time/time-log.js';

/** A row as references see it: plain values, with the time and order that decide all. */
export interface ReferenceRow {
  /** Event time in ms; undefined before `eventTime`. */
  readonly time: number | undefined;
  /** What breaks ties, as plain values: text, numbers, bigints, null. */
  readonly order: readonly unknown[];
  readonly row: { readonly [name: string]: unknown };
  readonly record: ReferenceRecord | undefined;
}

/** The record that a row was decoded from. */
export interface ReferenceRecord {
  readonly source: string;
  readonly partition: number;
  readonly offset: number;
  readonly brokerTime: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [string, Uint8Array | null])[];
}

/** A row that was rejected, and why. */
export interface ReferenceRejection {
  readonly row: ReferenceRow;
  readonly code: string;
  readonly field: string;
}

/** What an operator makes of all its input. For an upsert flow `rows` are the last of each key. */
export interface ReferenceResult {
  readonly rows: readonly ReferenceRow[];
  readonly late: readonly ReferenceRow[];
  readonly rejected: readonly ReferenceRejection[];
  readonly ledger: LedgerCounts;
}

/**
 * The definition of an operator's result: a pure function of all rows of each input and of the time log, slow and
 * obvious, without batches, state or clock. Rows of a source come in order of partition and offset.
 */
export type Reference = (
  inputs: readonly (readonly ReferenceRow[])[],
  timeLog: readonly TimeLogEntry[],
) => ReferenceResult;
