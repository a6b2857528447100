import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kafka, logLevel } from 'kafkajs';
import { s3 } from '@millrace/connectors/s3';
import { screenOn } from '../../examples/pinterest/demo/screen.js';
import { addressesOf } from '../../examples/pinterest/pipeline/addresses.js';
import { createBucket } from '../../examples/pinterest/pipeline/bucket.js';
import { daily, type DailyResults } from '../../examples/pinterest/pipeline/daily.js';
import { differences } from '../../examples/pinterest/pipeline/differences.js';
import { liveStage, type LiveResults } from '../../examples/pinterest/pipeline/live-stage.js';
import { dailyWindows, liveWindows } from '../../examples/pinterest/pipeline/look.js';
import { serverPipeline, type ServerPipeline } from '../../examples/pinterest/pipeline/pipeline.js';
import { emulatePosts } from '../../examples/pinterest/records/posts.js';
import { queryAt, type Query } from '../postgres/query.js';
import { s3Options } from '../s3/bucket.js';
import { sharedServices } from '../services/services.js';

// The pipeline of the example, whole, on real servers (kafka, redis, postgres, s3): the live job is killed in the middle, and
// the daily batch runs twice. And what was wrong with the original is not.

const pins = 5500;
const name = `pinterest-${randomUUID().slice(0, 8)}`;
const program = fileURLToPath(new URL('../../examples/dist/pinterest/pipeline/main.js', import.meta.url));

let pipeline: ServerPipeline;
let query: Query;
let live: LiveResults;
let first: DailyResults;
let second: DailyResults;
const rowsAfter: { [table: string]: number }[] = [];

beforeAll(async () => {
  expect(sharedServices().kafka).toBeDefined();
  const addresses = addressesOf(process.env);
  pipeline = serverPipeline(addresses, name);
  query = queryAt(addresses.postgres);
  await createBucket(addresses.s3, pipeline.bucket);
  await pipeline.createTopics();
  const silent = screenOn(new PassThrough() as unknown as NodeJS.WriteStream);
  live = await liveStage({ pipeline, name, program, pins, screen: silent });
  first = await daily(pipeline);
  rowsAfter.push(await counts());
  second = await daily(pipeline);
  rowsAfter.push(await counts());
}, 300_000);

afterAll(async () => {
  await pipeline.close();
  await query(`DROP SCHEMA IF EXISTS ${pipeline.schema} CASCADE`);
  const store = s3(`s3://${pipeline.bucket}`, s3Options());
  for await (const { key } of store.list('')) await store.delete(key);
  const admin = new Kafka({ brokers: sharedServices().kafka.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: (await admin.listTopics()).filter((topic) => topic.startsWith(name)) });
  await admin.disconnect();
});

async function counts(): Promise<{ [table: string]: number }> {
  const tables = ['pins', 'pins_daily', 'popularity_daily', 'geos_daily', 'users_daily'];
  const rows = await Promise.all(
    tables.map((table) => query(`SELECT count(*)::int AS n FROM ${pipeline.schema}.${table}`)),
  );
  return Object.fromEntries(tables.map((table, i) => [table, rows[i]![0]!['n'] as number]));
}

describe('the pipeline', () => {
  it('gives the same rows live, through a kill, and from the lake, on two days', () => {
    expect(first.pins.outputs).toEqual(live.live.outputs);
    expect(second.pins.outputs).toEqual(live.live.outputs);
    expect(first.pins.ledger).toEqual(live.live.ledger);
  });

  it('gives the minutes that the emulator knows to be right, in Redis and in Postgres', async () => {
    const { answer } = live.posted;
    expect(differences('Redis', await liveWindows(pipeline), answer)).toEqual([]);
    expect(differences('Postgres', await dailyWindows(sharedServices().postgres, pipeline.schema), answer)).toEqual([]);
  });

  it('shows the present minute as early rows, of which no final one is there', async () => {
    expect(live.present.length).toBeGreaterThan(0);
    const last = Math.max(...(await liveWindows(pipeline)).map(({ windowStart }) => windowStart));
    expect(live.present.every(({ windowStart }) => windowStart > last)).toBe(true);
  });

  it('has every post that the API has acknowledged, and no other', async () => {
    const { taken } = live.posted;
    expect(live.live.ledger[`source(${name}.pin)`]?.in).toBe(taken['/pin']);
    expect(first.geos.ledger[`source(${name}.geo)`]?.in).toBe(taken['/geo']);
    expect(first.users.ledger[`source(${name}.user)`]?.in).toBe(taken['/user']);
  });

  it('has places and users that came again once', async () => {
    const bodies = { '/pin': new Set(), '/geo': new Set(), '/user': new Set() };
    for (const { path, body } of emulatePosts({ pins })) bodies[path].add(body);
    const { taken } = live.posted;
    expect(bodies['/geo'].size).toBeLessThan(taken['/geo']);
    const { geos_daily: geos, users_daily: users } = await counts();
    expect({ geos, users }).toEqual({ geos: bodies['/geo'].size, users: bodies['/user'].size });
  });

  it('cleans places and users as the original does', async () => {
    const [geo] = await query(
      `SELECT jsonb_array_length(coordinates) AS length, (coordinates ->> 0)::float8 AS latitude FROM ${pipeline.schema}.geos_daily LIMIT 1`,
    );
    expect(geo!['length']).toBe(2);
    expect(Math.abs(geo!['latitude'] as number)).toBeLessThanOrEqual(90);
    expect(await query(`SELECT 1 FROM ${pipeline.schema}.geos_daily WHERE country = ''`)).toEqual([]);
    expect(await query(`SELECT 1 FROM ${pipeline.schema}.users_daily WHERE user_name NOT LIKE '% %'`)).toEqual([]);
  });
});

describe('what was wrong with the original', () => {
  it('plain counts became null: here all are what was posted', async () => {
    const posted = new Map<string, number | null>();
    for (const post of emulatePosts({ pins }))
      if ('record' in post) posted.set(post.record.facts.id, post.record.facts.followers);
    const rows = await query(`SELECT unique_id, follower_count::int AS followers FROM ${pipeline.schema}.pins`);
    expect(rows.length).toBeGreaterThan(pins / 2);
    for (const { unique_id: id, followers } of rows) expect(followers).toBe(posted.get(id as string));
    expect(rows.some(({ followers }) => followers === 0)).toBe(true);
    expect(rows.some(({ followers }) => (followers as number) > 0 && (followers as number) < 1000)).toBe(true);
  });

  it('re-runs doubled posts: here a second day and a killed job double nothing', async () => {
    expect(rowsAfter[1]).toEqual(rowsAfter[0]);
    const [pin] = await query(
      `SELECT count(*)::int AS rows, count(DISTINCT (unique_id, "timestamp"))::int AS posts FROM ${pipeline.schema}.pins`,
    );
    expect(pin!['posts']).toBe(pin!['rows']);
    expect(rowsAfter[0]!['pins_daily']).toBe(pin!['rows']);
  });

  it('save_location was never cleaned: here it is', async () => {
    for (const table of ['pins', 'pins_daily']) {
      expect(
        await query(`SELECT 1 FROM ${pipeline.schema}.${table} WHERE save_location LIKE 'Local save in%' LIMIT 1`),
      ).toEqual([]);
      expect(
        await query(`SELECT 1 FROM ${pipeline.schema}.${table} WHERE save_location LIKE '/data/%' LIMIT 1`),
      ).toHaveLength(1);
    }
  });

  it('one object per event lay in S3: here a file has many', async () => {
    const files: string[] = [];
    for await (const { key } of s3(`s3://${pipeline.bucket}/lake`, s3Options()).list('pin/')) {
      if (key.endsWith('.parquet')) files.push(key);
    }
    expect(files.length).toBeGreaterThan(0);
    expect(files.length).toBeLessThan(live.posted.taken['/pin'] / 20);
  });

  it('an endless consumer kept the second task from starting: here all run beside one another', () => {
    // The stage ends only when the live job and all three archives have everything, while each of them is endless.
    expect(live.live.ended).toBe('stopped');
  });

  it('its columns stand in its order', async () => {
    const columns = await query(
      `SELECT column_name FROM information_schema.columns WHERE table_schema = '${pipeline.schema}' AND table_name = 'pins' ORDER BY ordinal_position LIMIT 11`,
    );
    expect(columns.map((column) => column['column_name'])).toEqual([
      'unique_id',
      'index_id',
      'title',
      'category',
      'description',
      'follower_count',
      'tag_list',
      'is_image_or_video',
      'image_src',
      'downloaded',
      'save_location',
    ]);
  });
});
