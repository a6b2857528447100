import pg from 'pg';
import { describeService } from './lifecycle.js';

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
