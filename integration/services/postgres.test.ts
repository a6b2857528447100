import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { describeService } from './lifecycle.js';
import { startService } from './services.js';

async function query(url: string, ...statements: readonly string[]): Promise<readonly { value: string }[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: { value: string }[] = [];
    for (const statement of statements) ({ rows } = await client.query<{ value: string }>(statement));
    return rows;
  } finally {
    await client.end();
  }
}

describeService('postgres', {
  put: async (url, name, text) => {
    const table = 'CREATE TABLE IF NOT EXISTS texts (name text PRIMARY KEY, value text)';
    await query(url, table, `INSERT INTO texts VALUES ('${name}', '${text}')`);
  },
  get: async (url, name) => {
    const [row] = await query(url, `SELECT value FROM texts WHERE name = '${name}'`);
    if (row === undefined) throw new Error(`There is no ${name}.`);
    return row.value;
  },
});

test('a pause reaches connections that are open, which have processes of their own', async () => {
  const service = await startService('postgres');
  const client = new pg.Client({ connectionString: service.url });
  await client.connect();
  service.pause();
  const answer = client.query('SELECT 1');
  expect(await Promise.race([answer, delay(300, 'silent')])).toBe('silent');
  service.resume();
  expect((await answer).rowCount).toBe(1);
  await client.end();
  await service.remove();
});

test('a kill amid commits loses none that was acknowledged', async () => {
  const service = await startService('postgres');
  const client = new pg.Client({ connectionString: service.url });
  client.on('error', () => {});
  await client.connect();
  await client.query('CREATE TABLE commits (number int)');
  let acknowledged = 0;
  let killed: Promise<void> | undefined;
  for (;;) {
    const commit = client.query('INSERT INTO commits VALUES ($1)', [acknowledged + 1]);
    if (!(await commit.then(Boolean, () => false))) break;
    acknowledged += 1;
    if (acknowledged === 200) killed = service.kill();
  }
  await killed;
  await service.restart();
  const [row] = await query(service.url, 'SELECT count(*)::int AS value FROM commits');
  expect(acknowledged).toBeGreaterThanOrEqual(200);
  expect(Number(row!.value)).toBeGreaterThanOrEqual(acknowledged);
  await service.remove();
});
