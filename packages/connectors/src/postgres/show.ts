import type { Fields } from '@millrace/core';
import { sqlType } from './column-sql.js';
import type { Session } from './database.js';
import { quoted, type Relation } from './relation.js';
import { rankColumn } from './shape.js';

/** Where rows become visible. */
export interface Shown {
  readonly relation: Relation;
  readonly fields: Fields;
  readonly key: readonly string[] | undefined;
}

/** Moves the rows of one stage into the table. */
export async function showStage(session: Session, shown: Shown, place: string, stage: string): Promise<void> {
  await session.query(insertStatement(shown, 'place = $1 AND stage = $2'), [place, stage]);
}

/** Puts the rows of the result aside in the place of those of the table. Who reads meanwhile sees the old ones. */
export async function showAside(session: Session, shown: Shown, place: string, lineage: string): Promise<void> {
  await session.query(`DELETE FROM ${shown.relation.sql}`);
  await session.query(insertStatement(shown, 'place = $1 AND lineage = $2 AND aside'), [place, lineage]);
}

function insertStatement({ relation, fields, key }: Shown, where: string): string {
  const names = Object.keys(fields).map(quoted);
  const values = Object.values(fields).map((type, i) => `row[${i + 1}]::${sqlType(type)}`);
  if (key === undefined) {
    return `INSERT INTO ${relation.sql} (${names.join(', ')}) SELECT ${values.join(', ')}
            FROM millrace.staged WHERE ${where} ORDER BY checkpoint, n`;
  }
  const columns = [...names, rankColumn];
  const updates = columns.map((name) => `${name} = excluded.${name}`);
  return `INSERT INTO ${relation.sql} AS shown (${columns.join(', ')}) SELECT ${values.join(', ')}, rank FROM (
            SELECT DISTINCT ON (key) row, rank FROM millrace.staged WHERE ${where}
            ORDER BY key, rank DESC, checkpoint DESC, n DESC) AS latest
          ON CONFLICT (${key.map(quoted).join(', ')}) DO UPDATE SET ${updates.join(', ')}
          WHERE excluded.${rankColumn} >= shown.${rankColumn}`;
}
