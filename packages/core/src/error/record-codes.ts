/** What a sentence says of a record: the field (quoted), what was found, and what the schema declares. */
export interface RecordFault {
  readonly field: string;
  readonly got: string;
  readonly type: string;
}

/** The codes that only records have, beside those of `ErrorData`. */
export type RecordCode =
  | 'MILLRACE_LATE'
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

/**
 * Every reason to put a record aside that is never thrown, as one sentence. Sentences name the field and what was
 * declared, never a value of the record: they go to logs.
 */
export const recordSentences: { readonly [C in RecordCode]: (fault: RecordFault) => string } = {
  MILLRACE_LATE: () => 'The record came too late: the watermark of its partition had passed its time.',
  MILLRACE_DECODE_TOMBSTONE: () => 'The record has no value (a tombstone), where a row is needed.',
  MILLRACE_DECODE_TOO_LARGE: ({ got, type }) => `The value has ${got} bytes, and at most ${type} are read.`,
  MILLRACE_DECODE_TOO_DEEP: ({ type }) =>
    `The value is too deep: it opens more than ${type} objects and lists inside one another.`,
  MILLRACE_DECODE_JSON: () => 'The value is not well-formed JSON.',
  MILLRACE_DECODE_NOT_OBJECT: ({ got }) => `The value is ${got} where an object is needed.`,
  MILLRACE_DECODE_MISSING: ({ field }) => `Field ${field} is missing; only nullable(…) fields may be left out.`,
  MILLRACE_DECODE_NULL: ({ field }) => `Field ${field} is null, and it is not declared nullable(…).`,
  MILLRACE_DECODE_TYPE: ({ field, got, type }) => `Field ${field} is ${got} where ${type} is declared.`,
  MILLRACE_DECODE_NOT_WHOLE: ({ field, type }) =>
    `Field ${field} is a number with a fraction where ${type} is declared.`,
  MILLRACE_DECODE_SCALE: ({ field, type }) => `Field ${field} has more digits behind the point than ${type} holds.`,
  MILLRACE_DECODE_RANGE: ({ field, type }) => `Field ${field} is out of the range of ${type}.`,
  MILLRACE_DECODE_TIMESTAMP: ({ field }) =>
    `Field ${field} is no time that can be read: write 2026-03-02T12:00:00.000Z, or milliseconds as a number.`,
  MILLRACE_DECODE_TIME_ZONE: ({ field }) =>
    `Field ${field} is a time without a zone: declare it utf8 and clean it with text().timestamp({ zone: '…' }).`,
  MILLRACE_DECODE_BASE64: ({ field }) => `Field ${field} is text that is not base64, where binary is declared.`,
};
