import type { RejectedRow } from '../connector/records.js';
import { type RecordCode, type RecordFault, recordSentences } from '../error/record-codes.js';
import type { ColumnType } from '../schema/column-type.js';
import { typeText } from '../schema/schema.js';

/** The codes that the decoder rejects records with. */
export type DecodeCode = Exclude<RecordCode, 'MILLRACE_LATE'>;

/** Why a value does not fit; `field` is its path as far as it is known, and grows on the way out. */
export interface Problem {
  readonly code: DecodeCode;
  readonly field: string;
  /** What was found and what the schema declares, where that says more than the code. */
  readonly data: Omit<RecordFault, 'field'>;
}

/** A problem of the value that is being read. */
export function problem(code: DecodeCode, type: ColumnType | string = '', got = ''): Problem {
  return { code, field: '', data: { got, type: typeof type === 'string' ? type : declared(type) } };
}

/** The same problem, seen from the object that holds the value under `name`. */
export function inMember(name: string, { code, field, data }: Problem): Problem {
  return { code, field: field === '' || field.startsWith('[]') ? name + field : `${name}.${field}`, data };
}

/** The same problem, seen from the list that holds the value. */
export function inList({ code, field, data }: Problem): Problem {
  return { code, field: field === '' || field.startsWith('[]') ? `[]${field}` : `[].${field}`, data };
}

/** The rejected row of a problem. */
export function rejectedRow(row: number, { code, field, data }: Problem): RejectedRow {
  return { row, code, field, sentence: recordSentences[code]({ field: `"${field}"`, ...data }) };
}

// A nested type by its kind only: its members have paths of their own.
function declared(type: ColumnType): string {
  return type.kind === 'list' || type.kind === 'struct' ? type.kind : typeText({ ...type, nullable: false });
}

const kinds: { readonly [byte: number]: string } = {
  0x22: 'text',
  0x7b: 'an object',
  0x5b: 'a list',
  0x74: 'a bool',
  0x66: 'a bool',
  0x6e: 'null',
};

/** What a value is, by its first byte. */
export function kindText(byte: number): string {
  return kinds[byte] ?? 'a number';
}
