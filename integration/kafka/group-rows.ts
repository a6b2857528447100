import { redis } from '@millrace/connectors/redis';
import { queryAt } from '../postgres/query.js';
import { sharedServices } from '../services/services.js';

/** What a group's job shows, a text per row: a table and a view in Postgres, and the view once more in Redis. */
export interface Shown {
  readonly events: readonly string[];
  readonly counts: readonly string[];
  readonly cached: readonly string[];
}

/** What can be seen now of the group whose names begin with `prefix`. */
export async function shown({ prefix, by }: { readonly prefix: string; readonly by: 'id' | 'n' }): Promise<Shown> {
  const { events, counts } = await inPostgres(prefix, by);
  return { events, counts, cached: await inRedis(prefix, by) };
}

async function inPostgres(prefix: string, by: string): Promise<Omit<Shown, 'cached'>> {
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
