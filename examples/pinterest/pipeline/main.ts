import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { RunResult } from '@millrace/core';
import { count, screenOn, type Screen } from '../demo/screen.js';
import { stageLine } from '../demo/stage.js';
import { categoryLines, digestLines, ledgerLines } from '../demo/summary.js';
import { addressesOf, type Addresses } from './addresses.js';
import { createBucket } from './bucket.js';
import { daily, type DailyResults } from './daily.js';
import { differences } from './differences.js';
import { liveStage } from './live-stage.js';
import { dailyWindows, liveWindows, rowsIn } from './look.js';
import { serverPipeline, type ServerPipeline } from './pipeline.js';
import { playRole, type Role } from './roles.js';

// `npm run pinterest`. README.md beside this folder tells what it shows.

const [, , role, name] = process.argv;
if (role === 'api' || role === 'live' || role === 'archive') await playRole(role satisfies Role, name!);
else await pipelineOnServers();

async function pipelineOnServers(): Promise<void> {
  const { values } = parseArgs({ options: { pins: { type: 'string', default: '12000' }, stay: { type: 'boolean' } } });
  const pins = Number(values.pins);
  if (!Number.isInteger(pins) || pins < 1000) throw new Error('Say how many pins: --pins 12000, and at least 1000.');
  const startedAt = performance.now();
  const addresses = addressesOf(process.env);
  const own = `pinterest-${Date.now().toString(36)}`;
  const pipeline = serverPipeline(addresses, own);
  const screen = screenOn(process.stdout);
  const title = (text: string): void => screen.line(`\n${screen.style('bold', text)}\n`);
  const lines = (all: readonly string[]): void => all.forEach((line) => screen.line(`  ${line}`));

  title(`${count(pins)} pins, with places and users, through an API, Kafka, Postgres, Redis and a lake on S3`);
  await createBucket(addresses.s3, pipeline.bucket);
  await pipeline.createTopics();
  const stage = { pipeline, name: own, program: fileURLToPath(import.meta.url), pins, screen };
  const { posted, live, present } = await liveStage(stage);
  const first = await dailyStage(screen, pipeline, 'all of the lake, through the same graphs');
  const before = await dailyRows(addresses, pipeline);
  const second = await dailyStage(screen, pipeline, 'once more, as on the next day');
  const after = await dailyRows(addresses, pipeline);

  title('The most popular categories, from Redis');
  lines(categoryLines(await liveWindows(pipeline)));
  title(`The present minute, not final yet: ${present.length} rows that only who asks for them sees`);
  const results = { live, daily: first.pins, again: second.pins };
  for (const ledger of ledgerLines(results)) {
    title(`Every record is found again (${ledger.title})`);
    lines(ledger.lines);
  }
  title('The same rows, live and from the lake');
  const digests = digestLines(results);
  lines(digests.lines);
  title('In Postgres');
  lines(after.map(([table, rows]) => `${table.padEnd(40)} ${count(rows).padStart(9)} rows`));

  const problems = [
    ...digests.differing.map((output) => `${output}: live and daily do not give the same rows`),
    ...differences('Redis', await liveWindows(pipeline), posted.answer),
    ...differences('Postgres', await dailyWindows(addresses.postgres, pipeline.schema), posted.answer),
    ...after.flatMap(([table, rows], i) =>
      rows === before[i]![1] ? [] : [`${table} has changed by being made again`],
    ),
  ];
  screen.line();
  for (const problem of problems) screen.line(`  ${screen.style('red', 'wrong')}  ${problem}`);
  if (problems.length === 0)
    screen.line(`  ${screen.style('green', 'equal')}  and what the emulator of the pins knows to be right`);
  else process.exitCode = 1;
  title(`${((performance.now() - startedAt) / 1000).toFixed(1)} s in all`);
  lines(places(addresses, pipeline, own));
  await pipeline.close();
  if (values.stay !== true) return;
  screen.line('\n  The servers stay until Ctrl-C.');
  const awake = setInterval(() => undefined, 2 ** 30);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  clearInterval(awake);
}

async function dailyStage(screen: Screen, pipeline: ServerPipeline, what: string): Promise<DailyResults> {
  const startedAt = performance.now();
  const results = await daily(pipeline);
  const { pins, geos, users } = results;
  const records = [pins, geos, users].reduce((sum, result) => sum + recordsOf(result), 0);
  screen.line(stageLine(screen, 'daily', what, performance.now() - startedAt, records));
  return results;
}

function recordsOf({ ledger }: RunResult): number {
  const sources = Object.entries(ledger).filter(([operator]) => operator.startsWith('source('));
  return sources.reduce((sum, [, counts]) => sum + counts.in, 0);
}

/** The tables of the batch layer and how many rows they have. */
async function dailyRows(
  { postgres }: Addresses,
  { schema }: ServerPipeline,
): Promise<[table: string, rows: number][]> {
  const tables = ['pins', 'pins_daily', 'popularity_daily', 'geos_daily', 'users_daily'].map(
    (table) => `${schema}.${table}`,
  );
  return Promise.all(tables.map(async (table): Promise<[string, number]> => [table, await rowsIn(postgres, table)]));
}

function places({ kafka, postgres, redis, s3 }: Addresses, { bucket, schema }: ServerPipeline, own: string): string[] {
  return [
    `topics      kafka-console-consumer.sh --bootstrap-server ${kafka} --topic ${own}.pin --from-beginning`,
    `tables      psql ${postgres} -c 'SELECT * FROM ${schema}.pins LIMIT 5'`,
    `minutes     redis-cli -u ${redis} --scan --pattern '{${own}:popularity}:*'`,
    `lake        ${s3}/${bucket}/lake: Delta tables of Parquet files`,
  ];
}
