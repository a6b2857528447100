import type { RejectedRow } from '../connector/records.js';
import type { ColumnType } from '../schema/column-type.js';
import { typeText } from '../schema/schema.js';

/** The codes that records are rejected with. */
export type DecodeCode =
  | 'MILLRACE_DECODE_TOMBSTONE'
  | 'MILLRACE_DECODE_TOO_LARGE'
  | 'MILLRACE_DECODE_TOO_DEEP'
  | 'MILLRACE_DECODE_JSON'
  | 'MILLRACE_DECODE_NOT_OBJECT'
  | 'MILLRACE_DECODE_MISSING'
  | 'MILLRACE_DECODE_NULL'
  | 'MILLRACE_DECODE_TYPE'
  | 'MILLRACE_DECODE_NOT_WHOLE'
  | 'MILLRACE_DECODE_SCALE'
  | 'MILLRACE_DECODE_RANGE'
  | 'MILLRACE_DECODE_TIMESTAMP'
  | 'MILLRACE_DECODE_TIME_ZONE'
  | 'MILLRACE_DECODE_BASE64';

/** Why a record is no row: what was found and what the schema declares, where that says more than the code. */
interface DecodeData {
  readonly got: string;
  readonly type: string;
}

/**
 * Every reason to reject a record, as one sentence. Sentences name the field and what was declared, never a value of
 * the record: they go to logs.
 */
const sentences: { readonly [C in DecodeCode]: (field: string, data: DecodeData) => string } = {
  MILLRACE_DECODE_TOMBSTONE: () => 'The record has no value (a tombstone), where a row is needed.',
  MILLRACE_DECODE_TOO_LARGE: (_, { got, type }) =>
    `The value has ${got} bytes, and at most ${type} are read (bytesMax).`,
  MILLRACE_DECODE_TOO_DEEP: (_, { type }) =>
    `The value is too deep: it opens more than ${type} objects and lists inside one another (depthMax).`,
  MILLRACE_DECODE_JSON: () => 'The value is not well-formed JSON.',
  MILLRACE_DECODE_NOT_OBJECT: (_, { got }) => `The value is ${got} where an object is needed.`,
  MILLRACE_DECODE_MISSING: (field) => `Field ${field} is missing; only nullable(…) fields may be left out.`,
  MILLRACE_DECODE_NULL: (field) => `Field ${field} is null, and it is not declared nullable(…).`,
  MILLRACE_DECODE_TYPE: (field, { got, type }) => `Field ${field} is ${got} where ${type} is declared.`,
  MILLRACE_DECODE_NOT_WHOLE: (field, { type }) =>
    `Field ${field} is a number with a fraction where ${type} is declared.`,
  MILLRACE_DECODE_SCALE: (field, { type }) => `Field ${field} has more digits behind the point than ${type} holds.`,
  MILLRACE_DECODE_RANGE: (field, { type }) => `Field ${field} is too large for ${type}.`,
  MILLRACE_DECODE_TIMESTAMP: (field) =>
    `Field ${field} is no time that can be read: write 2026-03-02T12:00:00.000Z, or milliseconds as a number.`,
  MILLRACE_DECODE_TIME_ZONE: (field) =>
    `Field ${field} is a time without a zone: declare it utf8 and clean it with text().timestamp({ zone: '…' }).`,
  MILLRACE_DECODE_BASE64: (field) => `Field ${field} is text that is not base64, where binary is declared.`,
};

/** Why a value does not fit; `field` is its path as far as it is known, and grows on the way out. */
export interface Problem {
  readonly code: DecodeCode;
  readonly field: string;
  readonly data: DecodeData;
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
  return { row, code, field, sentence: sentences[code](`"${field}"`, data) };
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
