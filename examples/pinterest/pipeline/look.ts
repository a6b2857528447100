import { Client } from 'pg';
import type { PinWindow } from '../records/right-answer.js';
import type { ServerPipeline } from './pipeline.js';

// The results as others see them: by SQL, and by the reader of the view.

/** Asks Postgres, as `psql` would. */
async function query<T extends object>(url: string, text: string): Promise<readonly T[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

/** How many rows a table has. */
export async function rowsIn(url: string, table: string): Promise<number> {
  const [answer] = await query<{ rows: number }>(url, `SELECT count(*)::int AS rows FROM ${table}`);
  return answer!.rows;
}

/** The final minutes in Redis, by time and category. */
export async function liveWindows({ popularity }: ServerPipeline): Promise<PinWindow[]> {
  const rows = (await popularity.rows()) as unknown as readonly WindowRow[];
  return rows.map(windowOf).sort(byTimeAndCategory);
}

/** The minutes that are not final yet, as they stand. */
export async function presentWindows({ popularity }: ServerPipeline): Promise<PinWindow[]> {
  const rows = (await popularity.rows({ early: true })) as unknown as readonly (WindowRow & { early: boolean })[];
  return rows.filter(({ early }) => early).map(windowOf).sort(byTimeAndCategory); // prettier-ignore
}

/** The minutes of the batch layer in Postgres. */
export async function dailyWindows(url: string, schema: string): Promise<PinWindow[]> {
  const rows = await query<WindowRow>(
    url,
    `SELECT "windowStart", category, pins, followers FROM ${schema}.popularity_daily`,
  );
  return rows.map(windowOf).sort(byTimeAndCategory);
}

interface WindowRow {
  readonly windowStart: Date;
  readonly category: string;
  readonly pins: number | string | bigint;
  readonly followers: number | string | bigint | null;
}

function windowOf({ windowStart, category, pins, followers }: WindowRow): PinWindow {
  return {
    windowStart: windowStart.getTime(),
    category,
    pins: Number(pins),
    followers: followers === null ? null : Number(followers),
  };
}

function byTimeAndCategory(a: PinWindow, b: PinWindow): number {
  return a.windowStart - b.windowStart || (a.category < b.category ? -1 : 1);
}
