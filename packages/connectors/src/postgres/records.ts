import type { Session } from './database.js';
import type { Relation } from './relation.js';

// What Millrace keeps beside the tables, in the schema `millrace`:
//
//   results  who owns a table, and how far it is
//   domains  how far each part of a job is, where a group of processes writes a table
//   asides   how far a result is that is built aside, to replace a table's
//   staged   rows that are not visible: of checkpoints that are not published, and of results aside

/** Who owns a table, and the last checkpoint that is visible in it. */
export interface Owner {
  readonly lineage: string;
  readonly job: string;
  readonly published: number;
  readonly fields: string;
}

const statements = [
  'CREATE SCHEMA IF NOT EXISTS millrace',
  `CREATE TABLE IF NOT EXISTS millrace.results (
     place text PRIMARY KEY, lineage text NOT NULL, job text NOT NULL, published integer NOT NULL, fields text NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS millrace.domains (
     place text, lineage text, domain text, published integer NOT NULL, PRIMARY KEY (place, lineage, domain))`,
  `CREATE TABLE IF NOT EXISTS millrace.asides (
     place text, lineage text, published integer NOT NULL, PRIMARY KEY (place, lineage))`,
  `CREATE TABLE IF NOT EXISTS millrace.staged (
     place text NOT NULL, lineage text NOT NULL, epoch integer NOT NULL, checkpoint integer NOT NULL,
     stage text NOT NULL, n integer NOT NULL,
     aside boolean NOT NULL DEFAULT false, key text, rank bytea, row text[] NOT NULL, PRIMARY KEY (place, stage, n))`,
];

/** Makes the tables where they are not there. */
export async function prepare(session: Session): Promise<void> {
  const [there] = await session.query(`SELECT to_regclass('millrace.domains') IS NOT NULL AS there`);
  if (there!['there'] === true) return;
  // Two that make a schema at once would meet each other's.
  await session.query(`SELECT pg_advisory_xact_lock(hashtextextended('millrace: schema', 0))`);
  for (const statement of statements) await session.query(statement);
}

/** The place of a table in the records. */
export function placeOf({ schema, name }: Relation): string {
  return JSON.stringify([schema, name]);
}

/** The owner of a table; its row stays locked until the transaction ends. */
export async function ownerOf(session: Session, place: string): Promise<Owner | undefined> {
  const [owner] = await session.query('SELECT * FROM millrace.results WHERE place = $1 FOR UPDATE', [place]);
  return owner as unknown as Owner | undefined;
}

/** Notes that checkpoint `published` of a lineage is visible. */
export async function own(session: Session, place: string, { lineage, job, published, fields }: Owner): Promise<void> {
  await session.query(
    `INSERT INTO millrace.results (place, lineage, job, published, fields) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (place) DO UPDATE SET lineage = $2, job = $3, published = $4, fields = $5`,
    [place, lineage, job, published, fields],
  );
}

/** How far one part of a lineage is; undefined where nothing of it was published. */
export async function domainOf(
  session: Session,
  place: string,
  lineage: string,
  domain: string,
): Promise<number | undefined> {
  const [found] = await session.query(
    'SELECT published FROM millrace.domains WHERE place = $1 AND lineage = $2 AND domain = $3',
    [place, lineage, domain],
  );
  return found?.['published'] as number | undefined;
}

/** Notes that checkpoint `published` of one part of a lineage is visible. */
export async function ownDomain(
  session: Session,
  place: string,
  lineage: string,
  domain: string,
  published: number,
): Promise<void> {
  await session.query(
    `INSERT INTO millrace.domains (place, lineage, domain, published) VALUES ($1, $2, $3, $4)
     ON CONFLICT (place, lineage, domain) DO UPDATE SET published = $4`,
    [place, lineage, domain, published],
  );
}

/** How far the result of a lineage is that is built aside. */
export async function asideOf(session: Session, place: string, lineage: string): Promise<number | undefined> {
  const [aside] = await session.query(
    'SELECT published FROM millrace.asides WHERE place = $1 AND lineage = $2 FOR UPDATE',
    [place, lineage],
  );
  return aside?.['published'] as number | undefined;
}

/** Notes that the stage of a checkpoint belongs to the result aside. */
export async function addAside(
  session: Session,
  place: string,
  lineage: string,
  checkpoint: number,
  stage: string | undefined,
): Promise<void> {
  if (stage !== undefined) {
    await session.query('UPDATE millrace.staged SET aside = true WHERE place = $1 AND stage = $2', [place, stage]);
  }
  await session.query(
    `INSERT INTO millrace.asides (place, lineage, published) VALUES ($1, $2, $3)
     ON CONFLICT (place, lineage) DO UPDATE SET published = $3`,
    [place, lineage, checkpoint],
  );
}

/** Removes the result of a lineage that was built aside: it has been shown. */
export async function dropAside(session: Session, place: string, lineage: string): Promise<void> {
  await session.query('DELETE FROM millrace.asides WHERE place = $1 AND lineage = $2', [place, lineage]);
  await session.query('DELETE FROM millrace.staged WHERE place = $1 AND lineage = $2 AND aside', [place, lineage]);
}

/** Forgets how far the parts of other lineages were: they have been replaced. */
export async function dropDomains(session: Session, place: string, lineage: string): Promise<void> {
  await session.query('DELETE FROM millrace.domains WHERE place = $1 AND lineage <> $2', [place, lineage]);
}

/** Removes what earlier owners of a lineage have staged after the checkpoint that was restored. */
export async function dropUncommitted(
  session: Session,
  place: string,
  lineage: string,
  restored: number,
  epoch: number,
): Promise<void> {
  await session.query(
    `DELETE FROM millrace.staged WHERE place = $1 AND lineage = $2 AND checkpoint > $3 AND epoch < $4 AND NOT aside`,
    [place, lineage, restored, epoch],
  );
}

/** Removes the stages of a lineage up to a checkpoint that is visible. */
export async function dropPublished(session: Session, place: string, lineage: string, upTo: number): Promise<void> {
  await session.query(
    `DELETE FROM millrace.staged WHERE place = $1 AND lineage = $2 AND checkpoint <= $3 AND NOT aside`,
    [place, lineage, upTo],
  );
}
