import assert from 'node:assert/strict';
import type { Records, Source, SourceReader } from '@millrace/core/connector';
import type { Disposable } from './contract.js';

/** A record to be put into the source under test. */
export interface ContractRecord {
  readonly value: string | Uint8Array | null;
  readonly key?: string | Uint8Array | null;
  readonly headers?: readonly (readonly [string, Uint8Array | null])[];
  readonly brokerTime?: number;
}

/** A source under test: three partitions, empty, with no end. */
export interface SourceSubject extends Disposable {
  readonly source: Source;
  /** Another handle on the same records, as another process has it. */
  readonly again: () => Promise<Source>;
  readonly append: (partition: number, records: readonly ContractRecord[]) => Promise<void>;
  /** Moves the end of a partition up without a record. */
  readonly skipTo?: (partition: number, offset: number) => Promise<void>;
  /** Removes the records below an offset. */
  readonly deleteBefore?: (partition: number, offset: number) => Promise<void>;
  /** Ends the source. */
  readonly end?: () => Promise<void>;
  readonly addPartitions?: (count: number) => Promise<void>;
}

const logger = { debug() {}, info() {}, warn() {}, error() {} };
/** Records of these values. */
export const values = (...texts: readonly string[]): ContractRecord[] => texts.map((value) => ({ value }));

/** Connects, asking for everything. */
export function opened(source: Source): Promise<SourceReader> {
  return source.open({ columns: new Set(Object.keys(source.schema.fields)), metadata: true, logger });
}

/** What one read gives, which must be records. */
export async function recordsAt(
  reader: SourceReader,
  partition: number,
  position: number,
  maxRows = 1000,
): Promise<Records> {
  const pull = await reader.read(partition, position, maxRows);
  assert.equal(pull.kind, 'records');
  return (pull as { records: Records }).records;
}

/** What kind of answer one read gives. */
export async function kindAt(reader: SourceReader, partition: number, position: number): Promise<string> {
  return (await reader.read(partition, position, 10)).kind;
}

/** The values of records as text. */
export function textsOf({ length, values: column }: Records): (string | null)[] {
  return Array.from({ length }, (_, row) => {
    const isNull = column.validity !== undefined && ((column.validity[row >> 3]! >> (row & 7)) & 1) === 0;
    if (isNull) return null;
    return new TextDecoder().decode(column.bytes.subarray(column.offsets[row], column.offsets[row + 1]));
  });
}

/** What a partition gives from a position on, until it has no more for now. */
export interface Drained {
  readonly texts: readonly (string | null)[];
  readonly offsets: readonly number[];
  /** Where the next read would start, and the answer that ended this one. */
  readonly position: number;
  readonly kind: string;
}

/** Everything from a position on, read `maxRows` at a time. */
export async function drained(
  reader: SourceReader,
  partition: number,
  from: number,
  maxRows: number,
): Promise<Drained> {
  const texts: (string | null)[] = [];
  const offsets: number[] = [];
  let position = from;
  while (true) {
    const pull = await reader.read(partition, position, maxRows);
    if (pull.kind !== 'records') return { texts, offsets, position, kind: pull.kind };
    assert.ok(pull.records.length <= maxRows);
    assert.ok(pull.records.next > position, 'a read must get on');
    assert.equal(pull.records.partition, partition);
    texts.push(...textsOf(pull.records));
    offsets.push(...pull.records.offsets);
    position = pull.records.next;
  }
}
