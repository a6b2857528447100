import type { Schema } from '../schema/schema.js';
import { rowsOf } from '../batch/rows.js';
import { recordsOf } from '../connector/records-of.js';
import { jsonDecoder } from '../decode/json-decoder.js';
import { sourceBatch } from '../job/source-batch.js';
import type { ReferenceRow } from '../plan/reference.js';
import type { ReferenceInput } from './evaluate-reference.js';
import { recordAt } from './reference-rows.js';
import type { TestRecord, TestRecordParts } from './test-source.js';

/** The records of one input. */
export interface VerifiedInput {
  readonly schema: Schema;
  readonly records: readonly (readonly TestRecord[])[];
}

/** The rows of every input as references want them: in order of partition and offset, decoded at once. */
export function referenceInputs(inputs: ReadonlyMap<string, VerifiedInput>): ReadonlyMap<string, ReferenceInput> {
  return new Map([...inputs].map(([name, { schema, records }]) => [name, referenceInput(name, schema, records)]));
}

function referenceInput(
  name: string,
  schema: VerifiedInput['schema'],
  partitions: VerifiedInput['records'],
): ReferenceInput {
  const rows: ReferenceRow[] = [];
  const rejected: { row: ReferenceRow; code: string; field: string }[] = [];
  const decoder = jsonDecoder(schema, new Set(Object.keys(schema.fields)));
  partitions.forEach((marks, partition) => {
    const parts = marks.flatMap(partsOf);
    if (parts.length === 0) return;
    const records = recordsOf(
      partition,
      parts.map(({ value }) => value),
      {
        keys: parts.map(({ key = null }) => key),
        brokerTimes: parts.map(({ brokerTime = -1 }) => brokerTime),
        headers: parts.map(({ headers = [] }) => headers),
      },
    );
    const decoded = decoder.decode(records);
    const batch = sourceBatch(name, records, decoded.columns, decoded.rejected);
    const values = rowsOf(schema.fields, { ...batch, selection: undefined }) as { readonly [field: string]: unknown }[];
    const reasons = new Map(decoded.rejected.map((each) => [each.row, each]));
    values.forEach((row, at) => {
      const one = { row, time: undefined, order: [name, partition, at], record: recordAt(name, records, at) };
      const reason = reasons.get(at);
      if (reason === undefined) rows.push(one);
      else rejected.push({ row: one, code: reason.code, field: reason.field });
    });
  });
  return { rows, rejected };
}

function partsOf(mark: TestRecord): TestRecordParts[] {
  if (typeof mark === 'string' || mark instanceof Uint8Array) return [{ value: mark }];
  return 'pauseMs' in mark ? [] : [mark];
}
