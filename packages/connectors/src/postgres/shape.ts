import { fieldsText, millraceError, type ColumnType, type Fields } from '@millrace/core';
import type { SinkContext } from '@millrace/core/connector';
import { sqlType } from './column-sql.js';
import type { Session } from './database.js';
import { quoted, type Relation } from './relation.js';

/** The column of a view that ranks its rows. */
export const rankColumn = 'millrace_rank';

/** What has to fit: a table and the output that is written to it. */
export interface Shape {
  readonly label: string;
  readonly relation: Relation;
  readonly key: readonly string[] | undefined;
  readonly create: boolean;
}

interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly filled: boolean;
}

/**
 * Makes the table, or compares it column by column.
 *
 * @throws MillraceError `MILLRACE_FIELD_MISSING` where the output lacks the key, `MILLRACE_SINK_UNFIT`.
 */
export async function requireShape(session: Session, shape: Shape, context: SinkContext): Promise<void> {
  const { label, relation, key = [], create } = shape;
  const { fields } = context.schema;
  const missing = key.find((field) => !Object.hasOwn(fields, field));
  if (missing !== undefined) {
    const known = Object.keys(fields);
    throw millraceError('MILLRACE_FIELD_MISSING', { operator: label, uses: 'has the key', field: missing, fields: known }); // prettier-ignore
  }
  const unfit = (problem: string, fix: string): Error =>
    millraceError('MILLRACE_SINK_UNFIT', { sink: label, output: context.output, problem, fix });
  const columns = await columnsOf(session, relation);
  if (columns === undefined) {
    if (!create) throw unfit('it is not there', `Say create: true, or run: ${createStatement(shape, fields)};`);
    await createTable(session, shape, fields);
    return;
  }
  const problem = differences(shape, fields, columns)[0];
  if (problem !== undefined) throw unfit(problem, `Alter the table, or name another one, for ${fieldsText(fields)}.`);
  if (shape.key !== undefined && !(await isUnique(session, relation, key))) {
    const names = key.map(quoted).join(', ');
    throw unfit(
      `nothing keeps its key (${key.join(', ')}) unique`,
      `Run: CREATE UNIQUE INDEX ON ${relation.sql} (${names}) NULLS NOT DISTINCT;`,
    );
  }
}

function createStatement({ relation, key }: Shape, fields: Fields): string {
  const columns = Object.entries(fields).map(([name, type]) => `${quoted(name)} ${sqlType(type)}${nullText(type)}`);
  if (key !== undefined) columns.push(`${rankColumn} bytea NOT NULL`, `UNIQUE NULLS NOT DISTINCT (${key.map(quoted).join(', ')})`); // prettier-ignore
  return `CREATE TABLE ${relation.sql} (${columns.join(', ')})`;
}

function nullText({ nullable }: ColumnType): string {
  return nullable ? '' : ' NOT NULL';
}

async function createTable(session: Session, shape: Shape, fields: Fields): Promise<void> {
  await session.query(`CREATE SCHEMA IF NOT EXISTS ${quoted(shape.relation.schema)}`);
  await session.query(createStatement(shape, fields));
}

async function columnsOf(session: Session, { sql }: Relation): Promise<readonly TableColumn[] | undefined> {
  const [table] = await session.query('SELECT to_regclass($1) AS oid', [sql]);
  if (table!['oid'] === null) return undefined;
  const columns = await session.query(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS required,
            atthasdef OR attidentity <> '' OR attgenerated <> '' AS filled
     FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [sql],
  );
  return columns as unknown as readonly TableColumn[];
}

function differences({ key }: Shape, fields: Fields, columns: readonly TableColumn[]): readonly string[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const wanted = Object.entries(fields).map(([name, type]) => ({ name, type: sqlType(type), nullable: type.nullable }));
  if (key !== undefined) wanted.push({ name: rankColumn, type: 'bytea', nullable: false });
  const unfit = wanted.flatMap(({ name, type, nullable }) => {
    const column = byName.get(name);
    if (column === undefined) return [`it has no column "${name}"`];
    if (column.type !== type) return [`its column "${name}" is ${column.type}, and the output has ${type}`];
    return column.required && nullable ? [`its column "${name}" is NOT NULL, and the output may have null`] : [];
  });
  const names = new Set(wanted.map(({ name }) => name));
  const unfilled = columns.filter(({ name, required, filled }) => required && !filled && !names.has(name));
  return [...unfit, ...unfilled.map(({ name }) => `its column "${name}" is NOT NULL, and the output does not have it`)];
}

async function isUnique(session: Session, { sql }: Relation, key: readonly string[]): Promise<boolean> {
  const indexes = await session.query(
    `SELECT array_agg(attname::text ORDER BY attname) AS names FROM pg_index
     JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
     WHERE indrelid = to_regclass($1) AND indisunique AND indpred IS NULL AND indexprs IS NULL
     GROUP BY indexrelid, indnullsnotdistinct HAVING indnullsnotdistinct OR bool_and(attnotnull)`,
    [sql],
  );
  const wanted = JSON.stringify([...key].sort());
  return indexes.some(({ names }) => JSON.stringify([...(names as string[])].sort()) === wanted);
}
