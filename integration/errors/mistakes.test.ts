import { defineJob, memoryStore, run, schema, timestamp, utf8, type Flow, type Job } from '@millrace/core';
import { archive, lake, type ArchiveTable } from '@millrace/connectors/lake';
import { memory, type MemoryTopic } from '@millrace/connectors/memory';
import { agg, aggregate, eventTime, tumbling } from '@millrace/operators';
import { float64, int32 } from '@millrace/core';
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from './page.js';

// Mistakes of people and of their data: one clear sentence each, nothing lost, and nothing half-written to be seen.

const quiet = { report: false } as const;

const Pin = schema({ unique_id: utf8, category: utf8, likes: int32, score: float64, at: timestamp });
type Pins = Flow<typeof Pin.fields>;

const noon = Date.UTC(2026, 0, 5, 12);
const good = (n: number) => ({
  unique_id: `p${n}`,
  category: n % 2 === 0 ? 'art' : 'travel',
  likes: n,
  score: n / 2,
  at: new Date(noon + n * 1000),
});

/** Ten good records, and between them all that is not. The comment says how the record is put aside. */
const bad: readonly (readonly [string, string, string])[] = [
  ['MILLRACE_DECODE_JSON', JSON.stringify(good(1)).slice(0, 37), 'The value is not well-formed JSON.'],
  ['MILLRACE_DECODE_JSON', '', 'The value is not well-formed JSON.'],
  ['MILLRACE_DECODE_TYPE', json({ likes: '7' }), 'Field "likes" is text where int32 is declared.'],
  ['MILLRACE_DECODE_TYPE', json({ category: 7 }), 'Field "category" is a number where utf8 is declared.'],
  ['MILLRACE_DECODE_TYPE', json({ at: { year: 2026 } }), 'Field "at" is an object where timestamp is declared.'],
  ['MILLRACE_DECODE_NOT_OBJECT', '[1]', 'The value is a list where an object is needed.'],
  ['MILLRACE_DECODE_JSON', json({}).replace('"likes":1', '"likes":NaN'), 'The value is not well-formed JSON.'],
  ['MILLRACE_DECODE_TYPE', json({ likes: 'NaN' }), 'Field "likes" is text where int32 is declared.'],
  [
    'MILLRACE_TIME_AHEAD',
    json({ at: (noon + 1000) * 1000 }), // Microseconds: the year 57990.
    'eventTime(at): "at" at partition 0, offset 17 lies in the future, more than 1d ahead of the broker\'s time.',
  ],
  [
    'MILLRACE_TIME_AHEAD',
    json({ at: '+058136-01-01T00:00:00Z' }),
    'eventTime(at): "at" at partition 0, offset 19 lies in the future, more than 1d ahead of the broker\'s time.',
  ],
  [
    'MILLRACE_DECODE_TOO_DEEP',
    '{"a":'.repeat(5000) + '1' + '}'.repeat(5000),
    'The value is too deep: it opens more than 512 objects and lists inside one another.',
  ],
];

function json(change: object): string {
  return JSON.stringify({ ...good(1), ...change });
}

/** Good and bad records in turn, in one partition. */
async function mixed(): Promise<MemoryTopic<typeof Pin.fields>> {
  const topic = memory({ clock: () => noon }).topic('pins', Pin);
  await topic.send(bad.flatMap(([, value], n) => [good(n), value]));
  await topic.end();
  return topic;
}

function graph(pins: Pins) {
  const timed = pins.pipe(eventTime('at', { maxOutOfOrderness: '5s', maxAhead: '1d' }));
  const compute = { pins: agg.count(), likes: agg.sum('likes'), score: agg.max('score') };
  return { pins: timed, minutes: timed.pipe(aggregate({ window: tumbling('1m'), by: 'category', compute })) };
}

function jobOf(live: MemoryTopic<typeof Pin.fields>, replay?: ArchiveTable<typeof Pin.fields>) {
  const place = memory();
  const sinks = { pins: place.list('pins'), minutes: place.list('minutes'), rejected: place.list('rejected') };
  const sources = { live, ...(replay === undefined ? {} : { replay }) };
  const job: Job = defineJob({ name: 'pins', sources, graph, sinks, checkpoints: memoryStore() });
  return { job, sinks };
}

const text = (bytes: unknown): string => new TextDecoder().decode(bytes as Uint8Array);

describe('bad records', () => {
  let topic: MemoryTopic<typeof Pin.fields>;

  beforeAll(async () => {
    topic = await mixed();
  });

  test('each is put aside with its place, its reason and its bytes, and the others are as if it were not there', async () => {
    const { job, sinks } = jobOf(topic);
    const { ledger, outputs } = await run(job, { mode: 'live', ...quiet });
    const rejected = await sinks.rejected.rows();
    const byOffset = [...rejected].sort((a, b) => Number(a['offset']) - Number(b['offset']));
    expect(byOffset.map(({ code, value, sentence }) => [code, text(value), sentence])).toEqual(bad);
    expect(byOffset.map(({ offset }) => Number(offset))).toEqual(bad.map((_, n) => 2 * n + 1));
    expect(outputs['pins']?.rows).toBe(bad.length);
    expect(await sinks.minutes.rows()).toMatchObject([
      { category: 'art', pins: 6, likes: 30, score: 5 },
      { category: 'travel', pins: 5, likes: 25, score: 4.5 },
    ]);
    for (const counts of Object.values(ledger)) {
      const { taken, late, duplicate, rejected: refused, filtered, pending } = counts;
      expect(counts.in).toBe(taken + late + duplicate + refused + filtered + pending);
    }
    expect(ledger['source(pins)']).toMatchObject({ in: 22, taken: 13, rejected: 9 });
  });

  test('the lake keeps them, and a replay puts the same ones aside', async () => {
    const table = lake({ root: temporaryFolder() }).table('pins', Pin);
    await run(archive({ from: topic, to: table }), { mode: 'live', ...quiet });
    const live = jobOf(topic);
    const replay = jobOf(topic, table);
    const expected = await run(live.job, { mode: 'live', ...quiet });
    const replayed = await run(replay.job, { mode: 'replay', ...quiet });
    expect(replayed.outputs).toEqual(expected.outputs);
    expect(replayed.ledger).toEqual(expected.ledger);
    expect(replayed.outputs['rejected']?.rows).toBe(bad.length);
  });
});

describe('a broken lake', () => {
  /** A lake in which three commits have archived thirty records, and a job that replays them. */
  async function archived() {
    const path = temporaryFolder();
    const topic = memory().topic('pins', Pin);
    await topic.send(Array.from({ length: 30 }, (_, n) => good(n)));
    await topic.end();
    const table = lake({ root: path }).table('pins', Pin);
    await run(archive({ from: topic, to: table, flushRows: 10 }), { mode: 'live', ...quiet });
    const folder = join(path, 'pins');
    const dataFiles = readdirSync(folder).filter((file) => file.endsWith('.parquet'));
    return { folder, log: join(folder, '_delta_log'), dataFiles, label: `lake table "pins" (folder ${path})`, ...jobOf(topic, table) }; // prettier-ignore
  }
  type Archived = Awaited<ReturnType<typeof archived>>;

  /** Runs the replay; it must fail with that sentence, and show nothing. */
  async function fails({ job, sinks }: Archived, code: string, sentence: string): Promise<void> {
    const error: unknown = await run(job, { mode: 'replay', ...quiet }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code, sentence });
    for (const sink of Object.values(sinks)) expect(await sink.rows()).toEqual([]);
  }

  test('a half-written Parquet file that the log has: refused before the first record', async () => {
    const place = await archived();
    const file = place.dataFiles[1]!;
    const size = statSync(join(place.folder, file)).size;
    truncateSync(join(place.folder, file), size - 100);
    const problem = `its file ${file} has ${size - 100} bytes and not the ${size} that were written`;
    await fails(place, 'MILLRACE_TABLE_UNREADABLE', `${place.label} cannot be read: ${problem}.`);
  });

  test('a Parquet file whose bytes have turned: refused, and nothing of it is shown', async () => {
    const place = await archived();
    const file = place.dataFiles[0]!;
    const bytes = readFileSync(join(place.folder, file));
    bytes[40]! ^= 0xff;
    writeFileSync(join(place.folder, file), bytes);
    await fails(place, 'MILLRACE_TABLE_UNREADABLE', `${place.label} cannot be read: its file ${file} is damaged.`);
  });

  test('a half-written Parquet file that no commit has added: nobody sees it', async () => {
    const place = await archived();
    const bytes = readFileSync(join(place.folder, place.dataFiles[0]!));
    writeFileSync(join(place.folder, 'part-0-30-half.parquet'), bytes.subarray(0, bytes.length / 2));
    const { outputs } = await run(place.job, { mode: 'replay', ...quiet });
    expect(outputs['pins']?.rows).toBe(30);
  });

  test('a deleted Delta commit: refused, naming the version and the file', async () => {
    const place = await archived();
    const gone = '00000000000000000002.json';
    rmSync(join(place.log, gone));
    const problem = `version 2 is missing in its log (pins/_delta_log/${gone}), and later ones are there`;
    await fails(place, 'MILLRACE_TABLE_UNREADABLE', `${place.label} cannot be read: ${problem}.`);
  });

  test('a torn Delta commit: refused, naming the version and the file', async () => {
    const place = await archived();
    const torn = '00000000000000000002.json';
    truncateSync(join(place.log, torn), 60);
    const problem = `version 2 of its log (pins/_delta_log/${torn}) is not whole`;
    await fails(place, 'MILLRACE_TABLE_UNREADABLE', `${place.label} cannot be read: ${problem}.`);
  });

  test('a deleted Parquet file: refused, naming it', async () => {
    const place = await archived();
    rmSync(join(place.folder, place.dataFiles[2]!));
    const problem = `its file ${place.dataFiles[2]!} is gone, though the log still has it`;
    await fails(place, 'MILLRACE_TABLE_UNREADABLE', `${place.label} cannot be read: ${problem}.`);
  });
});
