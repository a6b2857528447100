import { int32, schema, utf8 } from '@millrace/core';
import { redis } from '@millrace/connectors/redis';
import { queryAt } from '../postgres/query.js';
import { sharedServices } from '../services/services.js';
import { committedRows } from './committed-rows.js';

const Row = schema({ id: utf8, n: int32 });

/**
 * What a group's job shows, a text per row: a table and a view in Postgres, and both once more, in a topic of Kafka and in
 * Redis.
 */
export interface Shown {
  readonly events: readonly string[];
  readonly copied: readonly string[];
  readonly counts: readonly string[];
  readonly cached: readonly string[];
}

/** Where a group's job shows it. */
export interface Places {
  /** What the names of its tables and views begin with. */
  readonly prefix: string;
  readonly to: string;
  readonly by: 'id' | 'n';
}

/** What can be seen there now. */
export async function shown({ prefix, to, by }: Places): Promise<Shown> {
  const { events, counts } = await inPostgres(prefix, by);
  return { events, counts, copied: await inKafka(to), cached: await inRedis(prefix, by) };
}

async function inPostgres(prefix: string, by: string): Promise<Omit<Shown, 'cached' | 'copied'>> {
  const query = queryAt(sharedServices().postgres);
  const texts = async (select: string): Promise<string[]> =>
    (await query(select)).map(({ text }) => String(text)).sort();
  try {
    return {
      events: await texts(`SELECT id || ' ' || n AS text FROM ${prefix}_events`),
      counts: await texts(
        `SELECT "${by}" || ' ' || (extract(epoch FROM "windowStart") * 1000)::bigint || ' ' || events AS text FROM ${prefix}_counts`,
      ),
    };
  } catch (error) {
    if ((error as { code?: string }).code === '42P01') return { events: [], counts: [] };
    throw error;
  }
}

async function inKafka(topic: string): Promise<readonly string[]> {
  return (await committedRows(sharedServices().kafka, topic, Row)).map(({ id, n }) => `${id} ${n}`).sort();
}

async function inRedis(prefix: string, by: string): Promise<readonly string[]> {
  const store = redis({ url: sharedServices().redis, prefix });
  try {
    const rows = await store.view('cached', { key: [by, 'windowStart'] }).rows();
    return rows
      .map((row) => `${String(row[by])} ${(row['windowStart'] as Date).getTime()} ${String(row['events'])}`)
      .sort();
  } finally {
    await store.close();
  }
}
