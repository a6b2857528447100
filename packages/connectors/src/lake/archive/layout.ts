import { binary, type ColumnType, type Fields, fieldsText, int32, int64, list, millraceError, nullable, type Schema, struct, timestamp, utf8 } from '@millrace/core'; // prettier-ignore
import { createHash } from 'node:crypto';
import type { MetaData, TextMap } from '../delta/actions.js';
import { tableFormat } from '../delta/check-protocol.js';
import { schemaString } from '../delta/schema-string.js';

// A file of an archive holds records of one partition, in order of offset, with all that a graph can see of them:
//
//   _partition _offset _key _headers _broker_time   as the topic gave them; a broker time that is none is null
//   _value                                          the bytes; null is a tombstone
//   _schema                                         the id of the schema that the columns were decoded with
//   _error                                          why they could not be: [code, field, sentence] as JSON
//   …                                               the decoded columns; all null where there is an error
//
// Its tags say which offsets it stands for: `from` up to, but not including, `next`. That may be more than those of its
// rows, since a topic that is compacted has holes; so what is missing in a table is told by the tags and never by the rows.

/** The columns of a record beside the decoded ones. */
export const recordFields: {
  readonly _partition: ColumnType;
  readonly _offset: ColumnType;
  readonly _key: ColumnType;
  readonly _headers: ColumnType;
  readonly _broker_time: ColumnType;
  readonly _schema: ColumnType;
  readonly _value: ColumnType;
  readonly _error: ColumnType;
} = {
  _partition: int32,
  _offset: int64,
  _key: nullable(binary),
  _headers: nullable(list(struct({ name: utf8, value: nullable(binary) }))),
  _broker_time: nullable(timestamp),
  _schema: utf8,
  _value: nullable(binary),
  _error: nullable(utf8),
};

/** All columns of an archive of records of this schema. */
export function archiveFields(schema: Schema): Fields {
  return nullableFields({ ...recordFields, ...schema.fields });
}

/**
 * The fields with null allowed everywhere. An error leaves nulls in every column; and other programs refuse a member that
 * must not be null inside a struct that is.
 */
export function nullableFields(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, nullableType(type)]));
}

function nullableType(type: ColumnType): ColumnType {
  const { items, fields } = type;
  return {
    ...type,
    nullable: true,
    ...(items === undefined ? {} : { items: nullableType(items) }),
    ...(fields === undefined ? {} : { fields: nullableFields(fields) }),
  };
}

/** What tells two schemas apart: equal where names, order and types are. */
export function schemaId(schema: Schema): string {
  return createHash('sha256').update(fieldsText(schema.fields)).digest('hex').slice(0, 16);
}

/** Refuses a schema with a field of the archive's own. */
export function checkFieldNames(label: string, schema: Schema): void {
  const taken = Object.keys(schema.fields).find((name) => Object.hasOwn(recordFields, name));
  if (taken === undefined) return;
  const problem = 'is a column that every archive has of its own';
  throw millraceError('MILLRACE_OPTION_INVALID', {
    subject: label,
    option: `the field "${taken}"`,
    problem,
    fix: 'Give the field another name.',
  });
}

/** What an archive keeps about the topic, beside its records. */
export interface ArchiveInfo {
  /** Who the records are: the topic's own identity. */
  readonly identity: string;
  readonly topic: string;
  readonly keyedBy: string | undefined;
  /** The id and text of the schema that is archived now. */
  readonly schema: string;
  readonly schemaText: string;
  /** The first offset of each partition that was archived. */
  readonly starts: { readonly [partition: string]: number };
}

/** How far the archive of a partition has come is the version of this application in the log. */
export function partitionApp(identity: string, partition: number): string {
  return `${identity}/${partition}`;
}

/** The table's description with what the archive knows. */
export function archiveMetaData(id: string, name: string, fields: Fields, info: ArchiveInfo): MetaData {
  const configuration: TextMap = {
    'millrace.kind': 'archive',
    'millrace.format': tableFormat,
    'millrace.identity': info.identity,
    'millrace.topic': info.topic,
    ...(info.keyedBy === undefined ? {} : { 'millrace.keyedBy': info.keyedBy }),
    'millrace.schema': info.schema,
    'millrace.schemaText': info.schemaText,
    'millrace.starts': JSON.stringify(info.starts),
  };
  return {
    id,
    name,
    format: { provider: 'parquet', options: {} },
    schemaString: schemaString(fields),
    partitionColumns: [],
    configuration,
    createdTime: Date.now(),
  };
}

/** What the archive knows; undefined where the table is no archive. */
export function archiveInfo({ configuration }: MetaData): ArchiveInfo | undefined {
  if (configuration['millrace.kind'] !== 'archive') return undefined;
  return {
    identity: configuration['millrace.identity']!,
    topic: configuration['millrace.topic']!,
    keyedBy: configuration['millrace.keyedBy'],
    schema: configuration['millrace.schema']!,
    schemaText: configuration['millrace.schemaText']!,
    starts: JSON.parse(configuration['millrace.starts']!) as ArchiveInfo['starts'],
  };
}

/** What the tags of a file say. */
export interface FileRange {
  readonly partition: number;
  /** The offsets that the file stands for: `from` to `next`, exclusive. */
  readonly from: number;
  readonly next: number;
  /** The id of the schema that all its rows were decoded with. */
  readonly schema: string;
  /** Rows that could not be decoded; texts that were mended, and keys that were repeated, in the others. */
  readonly rejected: number;
  readonly repaired: number;
  readonly repeatedKeys: number;
}

/** The tags of a file. */
export function rangeTags(range: FileRange): TextMap {
  const { partition, from, next, schema, ...counts } = range;
  return {
    'millrace.range': JSON.stringify([partition, from, next]),
    'millrace.schema': schema,
    'millrace.counts': JSON.stringify(counts),
  };
}

/** What the tags say; undefined where another program wrote the file. */
export function rangeOfTags(tags: TextMap | undefined): FileRange | undefined {
  const range = tags?.['millrace.range'];
  if (range === undefined) return undefined;
  const [partition, from, next] = JSON.parse(range) as [number, number, number];
  const counts = JSON.parse(tags!['millrace.counts']!) as Pick<FileRange, 'rejected' | 'repaired' | 'repeatedKeys'>;
  return { partition, from, next, schema: tags!['millrace.schema']!, ...counts };
}
