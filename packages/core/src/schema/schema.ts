import { need, requireArguments, type Need } from '../error/arguments.js';
import { millraceError } from '../error/millrace-error.js';
import { type ColumnType, type Fields, maxDecimalPrecision } from './column-type.js';

/** Named, typed columns: the shape of the records of a flow, a topic or a table. */
export interface Schema<F extends Fields = Fields> {
  readonly fields: F;
}

// prettier-ignore
const kinds = new Set([
  'utf8', 'int32', 'int64', 'float64', 'decimal', 'bool', 'timestamp', 'binary', 'list', 'struct',
]);

/**
 * Declares the shape of records once. It gives the TypeScript row type, the decoder, the columns and the checks.
 *
 * @throws MillraceError `MILLRACE_SCHEMA_INVALID` where a field is no column type.
 * @example
 * ```ts
 * import { schema, utf8, int32, timestamp, nullable } from '@millrace/core';
 *
 * const Pin = schema({ unique_id: utf8, category: utf8, follower_count: nullable(int32), at: timestamp });
 * ```
 */
export function schema<F extends Fields>(fields: F): Schema<F> {
  requireArguments('schema', 'schema({ id: utf8, count: nullable(int32) })', [['fields', fields, need.options]]);
  const names = Object.keys(fields);
  if (names.length === 0) throw millraceError('MILLRACE_SCHEMA_INVALID', { field: '', problem: 'has no field' });
  for (const name of names) checkType(name, fields[name]);
  return { fields };
}

function checkType(field: string, type: ColumnType | undefined): void {
  const fail = (problem: string): never => {
    throw millraceError('MILLRACE_SCHEMA_INVALID', { field, problem });
  };
  if (typeof type !== 'object' || type === null || !kinds.has(type.kind)) {
    return fail('is no column type (utf8, int32, int64, float64, decimal(p, s), bool, timestamp, binary, list(…), struct({…}), nullable(…))'); // prettier-ignore
  }
  if (type.kind === 'decimal') {
    const { precision = 0, scale = -1 } = type;
    if (!Number.isInteger(precision) || precision < 1 || precision > maxDecimalPrecision) {
      fail(`needs a precision from 1 to ${maxDecimalPrecision}, not ${precision}`);
    }
    if (!Number.isInteger(scale) || scale < 0 || scale > precision) {
      fail(`needs a scale from 0 to its precision ${precision}, not ${scale}`);
    }
  }
  if (type.kind === 'list') checkType(`${field}[]`, type.items);
  if (type.kind === 'struct') {
    const members = Object.entries(type.fields ?? {});
    if (members.length === 0) fail('is a struct without members');
    for (const [name, member] of members) checkType(`${field}.${name}`, member);
  }
}

const anyType: Need = {
  text: 'a column type',
  accepts: (value) => typeof value === 'object' && value !== null && 'kind' in value,
};

/** A type in one line, as descriptions, errors and stored schemas write it: `list<struct<a:int32?>>`. */
export function typeText(type: ColumnType): string {
  requireArguments('typeText', 'typeText(nullable(int32))', [['type', type, anyType]]);
  const mark = type.nullable ? '?' : '';
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})${mark}`;
    case 'list':
      return `list<${typeText(type.items!)}>${mark}`;
    case 'struct':
      return `struct<${fieldsText(type.fields!)}>${mark}`;
    default:
      return type.kind + mark;
  }
}

/** Fields in one line: `unique_id:utf8,follower_count:int32?`. Equal texts mean equal schemas. */
export function fieldsText(fields: Fields): string {
  requireArguments('fieldsText', 'fieldsText({ id: utf8 })', [['fields', fields, need.options]]);
  return Object.entries(fields)
    .map(([name, type]) => `${name}:${typeText(type)}`)
    .join(',');
}
