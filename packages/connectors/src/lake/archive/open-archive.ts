import { type Fields, fieldsText, millraceError, type Schema, typeText } from '@millrace/core';
import type { MetaData } from '../delta/actions.js';
import { type LogState } from '../delta/log-state.js';
import { fieldsOfSchemaString } from '../delta/schema-string.js';
import { foreign, type TableFolder } from '../delta/table-folder.js';
import { type ArchiveInfo, archiveInfo, schemaId } from './layout.js';

/** What the archive knows; refuses a table that is none. */
export function requireArchive(table: TableFolder, { metaData }: LogState): ArchiveInfo {
  const info = metaData === undefined ? undefined : archiveInfo(metaData);
  if (info !== undefined) return info;
  const kind = metaData?.configuration['millrace.kind'];
  const problem =
    kind === 'derived' ? 'it holds the results of a job and archives no topic' : 'another program has made it';
  throw foreign(table, problem, 'Use the name of the table that the topic was archived into, or a new one.');
}

/** Refuses an archive whose topic was keyed otherwise than the table is declared. */
export function checkKeyedBy(table: TableFolder, info: ArchiveInfo, keyedBy: string | undefined): void {
  if (keyedBy === undefined || info.keyedBy === keyedBy) return;
  const was = info.keyedBy === undefined ? 'by no field' : `by "${info.keyedBy}"`;
  throw millraceError('MILLRACE_OPTION_INVALID', {
    subject: table.label,
    option: 'keyedBy',
    problem: `is '${keyedBy}', and the topic was keyed ${was} when it was archived`,
    fix: info.keyedBy === undefined ? 'Leave it out.' : `Write keyedBy: '${info.keyedBy}'.`,
  });
}

/** Refuses an archive of records that have nothing in common with the schema. */
export function checkRelated(table: TableFolder, { schemaString }: MetaData, info: ArchiveInfo, schema: Schema): void {
  if (schemaId(schema) === info.schema) return;
  const archived = new Set(Object.keys(fieldsOfSchemaString(schemaString)));
  const names = Object.keys(schema.fields);
  if (names.some((name) => archived.has(name))) return;
  const problem = `it archives the topic "${info.topic}", whose records have none of the fields ${names.slice(0, 4).join(', ')}`;
  throw foreign(table, problem, 'Use the name of the table that this topic was archived into, or its schema.');
}

/**
 * The columns of a table after records of another schema come in: the old ones, and the new. What is missing in one of the
 * schemas is null there. Those of the table are of types that Millrace knows (`checkWrite`).
 *
 * @throws MillraceError `MILLRACE_TABLE_FOREIGN` where a column would have to change its type.
 */
export function evolvedFields(table: TableFolder, schemaText: string, fields: Fields): Fields {
  const evolved = new Map(Object.entries(fieldsOfSchemaString(schemaText) as Fields));
  for (const [name, type] of Object.entries(fields)) {
    const was = evolved.get(name) ?? type;
    if (!sameType(was, type) && !widens(was.kind, type.kind)) {
      const problem = `its column "${name}" is ${typeText(was)}, and the schema says ${typeText(type)}`;
      throw foreign(
        table,
        problem,
        'Archive into a table of another name, or keep the type and clean the field later.',
      );
    }
    evolved.set(name, type);
  }
  return Object.fromEntries(evolved);
}

// What a file says of nulls inside lists and structs is no promise of anyone.
function sameType(a: Fields[string], b: Fields[string]): boolean {
  return fieldsText({ a }).replaceAll('?', '') === fieldsText({ a: b }).replaceAll('?', '');
}

function widens(from: string, to: string): boolean {
  return from === 'int32' && (to === 'int64' || to === 'float64');
}
