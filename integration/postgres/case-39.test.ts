import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import pg from 'pg';
import { decimal, int32, int64, schema, utf8, type Fields } from '@millrace/core';
import { postgres } from '@millrace/connectors/postgres';
import { batchOf, contextOf, type RankedRow } from '@millrace/connectors/testing';
import { sharedServices } from '../services/services.js';

// Case 39: what other sinks of Postgres have tripped over.

async function client(): Promise<pg.Client> {
  const connection = new pg.Client(sharedServices().postgres);
  await connection.connect();
  onTestFinished(() => connection.end());
  return connection;
}

/** Publishes the rows as one checkpoint of one batch into a new table; gives what `SELECT` shows. */
async function shown(fields: Fields, rows: readonly { readonly [field: string]: unknown }[], key?: readonly string[]) {
  const name = `c39_${randomUUID().replaceAll('-', '')}`;
  const database = postgres({ url: sharedServices().postgres });
  const sink = key === undefined ? database.table(name, { create: true }) : database.view(name, { key, create: true });
  const writer = await sink.open(contextOf({ schema: { fields } }));
  const ranked = rows.map((row, offset): RankedRow => ({ time: 0, offset, row }));
  writer.write(batchOf(ranked, fields));
  writer.seal(0);
  await writer.publish({ checkpoint: 0, staged: await writer.stage(0), final: false });
  await writer.close();
  const connection = await client();
  const found = await connection.query<{ [column: string]: unknown }>(`SELECT * FROM "${name}" ORDER BY 1`);
  await connection.query(`DROP TABLE "${name}"`);
  return found.rows;
}

test('39a: a key that comes twice in one batch is its last row', async () => {
  const { fields } = schema({ w: utf8, n: int32 });
  const rows = [{ w: 'w1', n: 1 }, { w: 'w1', n: 2 }, { w: 'w2', n: 1 }]; // prettier-ignore
  const found = await shown(fields, rows, ['w']);
  expect(found.map(({ w, n }) => [w, n])).toEqual([['w1', 2], ['w2', 1]]); // prettier-ignore
});

test.each([
  [6554, 10],
  [8192, 8],
])('39b: %i rows of %i columns, more values than a statement has parameters', async (count, columns) => {
  const names = Array.from({ length: columns }, (_, i) => `c${i}`);
  const { fields } = schema(Object.fromEntries(names.map((name) => [name, int32])));
  const rows = Array.from({ length: count }, (_, n) =>
    Object.fromEntries(names.map((name, i) => [name, n * columns + i])),
  );
  const found = await shown(fields, rows);
  expect(found).toHaveLength(count);
  expect(found.at(-1)).toEqual(rows.at(-1));
});

test('39c: exact numbers keep their digits, and NUL, which text cannot hold, is U+FFFD', async () => {
  const { fields } = schema({ d: decimal(38, 0), l: int64, t: utf8 });
  const row = { d: '29473334638914476594063800527532220380', l: 9223372036854775807n, t: 'x\0y \\u0000 "{}" \\' };
  const [found] = await shown(fields, [row]);
  expect(found).toEqual({ d: row.d, l: '9223372036854775807', t: 'x\ufffdy \\u0000 "{}" \\' });
});
