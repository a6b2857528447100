import { inspect } from 'node:util';
import { nullable, schema, utf8 } from '@millrace/core';
import { kafka } from '@millrace/connectors/kafka';
import { lake, readRows } from '@millrace/connectors/lake';
import { redis } from '@millrace/connectors/redis';
import { opened, readAll } from '../../kafka/reading.js';
import { queryAt } from '../../postgres/query.js';
import type { Setting } from './setting.js';

/** What others see of a job: the rows of every output as texts, sorted, since they have no order. */
export type Shown = { readonly [output: string]: readonly string[] };

const Any = schema({ value: nullable(utf8) });

/** Reads all outputs of the job of `prefix`. No transaction may be open in its topics. */
export async function shownBy({ addresses, bucket }: Setting, prefix: string): Promise<Shown> {
  const files = lake({ root: `s3://${bucket}/${prefix}`, s3: addresses.s3 });
  const store = redis({ url: addresses.redis, prefix });
  const minutes = await store.view('minutes', { key: ['category', 'windowStart'] }).rows();
  await store.close();
  return {
    pins: await tableRows(addresses.postgres, `${prefix}_pins`),
    rejected: await tableRows(addresses.postgres, `${prefix}_rejected`),
    totals: await tableRows(addresses.postgres, `${prefix}_totals`),
    minutes: texts(minutes),
    table: texts(await all(readRows(files.table('results')))),
    sessions: texts(await all(readRows(files.table('sessions')))),
    sliding: await topicValues(addresses.kafka, `${prefix}.sliding`),
    late: await topicValues(addresses.kafka, `${prefix}.late`),
  };
}

/** The rows of a table, as Postgres shows them; none where there is no table yet. */
export async function tableRows(url: string, table: string): Promise<readonly string[]> {
  try {
    const rows = await queryAt(url)(`SELECT to_jsonb(t) - 'millrace_rank' AS text FROM ${table} t`);
    return texts(rows);
  } catch (error) {
    if ((error as { code?: string }).code === '42P01') return [];
    throw error;
  }
}

async function topicValues(brokers: string, topic: string): Promise<readonly string[]> {
  const reader = await opened(kafka({ brokers: [brokers] }).topic(topic, Any));
  const values: string[] = [];
  for (const { partition } of await reader.partitions()) {
    const { records } = await readAll(reader, partition);
    for (const { key, value } of records) values.push(`${key} ${value}`);
  }
  await reader.close();
  return values.sort();
}

function texts(rows: readonly object[]): readonly string[] {
  return rows.map((row) => inspect(row, { depth: null, breakLength: Infinity, maxStringLength: null })).sort();
}

async function all(rows: AsyncIterable<object>): Promise<readonly object[]> {
  const found: object[] = [];
  for await (const row of rows) found.push(row);
  return found;
}
