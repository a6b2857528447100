import { having, need, optional, optionsOf, requireArguments } from '../error/arguments.js';
import { millraceError } from '../error/millrace-error.js';
import type { Batch } from '../batch/batch.js';
import { columnsOf } from '../batch/build.js';
import { constantPartition, sourceOrder } from '../batch/source-order.js';
import type { ColumnType, Fields, Row } from '../schema/column-type.js';
import { type Schema, schema } from '../schema/schema.js';
import { fieldsOf } from './notation-type.js';

/** Where the records of a batch are, and which field is their event time. */
export interface BatchPlace {
  /** Default 0. */
  readonly partition?: number;
  /** The offset of the first row; the others follow. Default 0. */
  readonly offset?: number;
  /** The name of the source. Default `source`. */
  readonly source?: string;
  /** The timestamp field that holds the event time. Default: none is set. */
  readonly time?: string;
}

/**
 * Rows written as a table: a line of `name:type` (as `typeText` writes them), then a line per row, cells divided by `|`.
 *
 * A cell is `null`; text, as it is or in JSON quotes; a number; `true` or `false`; bytes as `0x0aff`; an instant as ISO
 * text, milliseconds or `10:00:05.250` (of 1970-01-01, UTC); a list or struct in JSON. Lines of dashes and empty lines
 * are skipped.
 *
 * @throws SyntaxError where the text is no such table.
 * @example
 * ```ts
 * import { table } from '@millrace/core/testing';
 *
 * const { schema, rows } = table(`
 *   id:utf8 | n:int32? | at:timestamp
 *   a       | 1        | 00:00:05
 *   b       | null     | 00:01:00
 * `);
 * console.log(rows[0]); // { id: 'a', n: 1, at: 1970-01-01T00:00:05.000Z }
 * ```
 */
export function table(text: string): { readonly schema: Schema; readonly rows: readonly Row<Fields>[] } {
  requireArguments('table', "table('id:utf8 | likes:int32 …')", [['text', text, need.text]]);
  try {
    return tableOf(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw millraceError(
      'MILLRACE_OPTION_INVALID',
      {
        subject: 'table',
        option: 'its text',
        problem: 'cannot be read',
        fix: 'Write a line of fields, like id:utf8 | likes:int32, and a line per row.',
      },
      { cause },
    );
  }
}

function tableOf(text: string): { readonly schema: Schema; readonly rows: readonly Row<Fields>[] } {
  const [head, ...lines] = text.split('\n').filter((line) => line.trim() !== '' && !/^[\s|+-]*-[\s|+-]*$/.test(line));
  if (head === undefined) throw new SyntaxError('The table has no line of fields.');
  const { fields } = schema(fieldsOf(cellsOf(head)));
  return { schema: { fields }, rows: lines.map((line) => rowOf(fields, line)) };
}

/**
 * A batch of rows as it comes from a source, with order and group; `origin` is absent.
 *
 * @example
 * ```ts
 * import { schema, timestamp, utf8 } from '@millrace/core';
 * import { batchOf } from '@millrace/core/testing';
 *
 * const Pin = schema({ id: utf8, at: timestamp });
 * const batch = batchOf(Pin, [{ id: 'a', at: new Date(1000) }], { partition: 2, offset: 40, time: 'at' });
 * console.log(batch.time); // Float64Array(1) [ 1000 ]
 * ```
 */
export function batchOf<F extends Fields>(
  schema: Schema<F>,
  rows: readonly Row<F>[],
  place: BatchPlace = {},
): Batch<F> {
  requireArguments('batchOf', "batchOf(Pin, [{ id: 'a' }])", [
    ['schema', schema, having('a schema', 'fields')],
    ['rows', rows, need.objects],
    ['place', place, optionsOf('partition', 'offset', 'source', 'time')],
    ['place.partition', place?.partition, optional(need.number)],
    ['place.offset', place?.offset, optional(need.number)],
    ['place.source', place?.source, optional(need.text)],
    ['place.time', place?.time, optional(need.text)],
  ]);
  const { fields } = schema;
  const { partition = 0, offset = 0, source = 'source', time } = place;
  const columns = columnsOf(fields, rows);
  const times = time === undefined ? undefined : columns[time];
  if (times !== undefined && times.layout !== 'float64') throw new TypeError(`"${time}" is no timestamp.`);
  return {
    length: rows.length,
    selection: undefined,
    columns: columns as Batch<F>['columns'],
    time: times?.values,
    order: sourceOrder(
      source,
      partition,
      Float64Array.from(rows, (_, i) => offset + i),
    ),
    group: constantPartition(partition, rows.length),
    origin: undefined,
  };
}

function rowOf(fields: Fields, line: string): Row<Fields> {
  const names = Object.keys(fields);
  const cells = cellsOf(line);
  if (cells.length !== names.length) throw new SyntaxError(`${names.length} cells are due in "${line.trim()}".`);
  return Object.fromEntries(names.map((name, i) => [name, cellValue(fields[name]!, cells[i]!)]));
}

function cellsOf(line: string): string[] {
  const cells: string[] = [];
  // A bar inside a JSON text divides nothing.
  for (const [cell] of line.matchAll(/(?:"(?:[^"\\]|\\.)*"|[^|])+|(?<=\|)(?=\||$)/g)) cells.push(cell.trim());
  return cells;
}

function cellValue(type: ColumnType, cell: string): unknown {
  if (cell === 'null') return jsonValue(type, null);
  const isJson = cell.startsWith('"') || type.kind === 'list' || type.kind === 'struct';
  return jsonValue(type, isJson ? (JSON.parse(cell) as unknown) : cell);
}

function jsonValue(type: ColumnType, value: unknown): unknown {
  if (value === null || value === undefined) {
    if (!type.nullable) throw new SyntaxError(`null in a column of ${type.kind}, which allows none.`);
    return null;
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  switch (type.kind) {
    case 'utf8':
    case 'decimal':
      return text;
    case 'int32':
    case 'float64':
      return numberOf(text);
    case 'int64':
      return BigInt(text);
    case 'bool':
      if (text !== 'true' && text !== 'false') throw new SyntaxError(`"${text}" is neither true nor false.`);
      return text === 'true';
    case 'timestamp':
      return instantOf(text);
    case 'binary':
      return Uint8Array.from(text.replace(/^0x/, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    case 'list':
      return (value as unknown[]).map((item) => jsonValue(type.items!, item));
    case 'struct': {
      const members = Object.entries(type.fields!);
      const given = value as { readonly [name: string]: unknown };
      return Object.fromEntries(members.map(([name, member]) => [name, jsonValue(member, given[name])]));
    }
  }
}

function numberOf(text: string): number {
  if (text === 'NaN') return Number.NaN;
  const value = Number(text);
  if (text === '' || Number.isNaN(value)) throw new SyntaxError(`"${text}" is no number.`);
  return value;
}

function instantOf(text: string): Date {
  const clock = /^\d\d:\d\d/.test(text) ? `1970-01-01T${text.length === 5 ? `${text}:00` : text}Z` : text;
  const instant = new Date(/^-?\d+$/.test(clock) ? Number(clock) : clock);
  if (Number.isNaN(instant.getTime())) throw new SyntaxError(`"${text}" is no instant.`);
  return instant;
}
