import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@millrace/core';
import { archive, compact, readTable, lake } from '@millrace/connectors/lake';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { jobIn, placesIn } from './job.js';
import { shownIn } from './shown.js';

// What a later version has written in a format that is not known yet is refused, in a sentence that says what to update;
// nothing of it is taken for something else, and nothing is written over it.

const quiet = { mode: 'live', report: false } as const;
const release = (await readdir(import.meta.dirname)).filter((name) => /^\d+\.\d+\.\d+$/.test(name)).at(-1)!;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-formats-'));
  await cp(join(import.meta.dirname, release), folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Changes the last file of a folder as a later version would have written it, with checksums that fit no more. */
async function changed(place: string, from: string, to: string): Promise<void> {
  const names = (await readdir(join(folder, place), { withFileTypes: true })).filter((entry) => entry.isFile());
  const path = join(folder, place, names.map(({ name }) => name).sort().at(-1)!); // prettier-ignore
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
}

/** Adds a commit to the table whose metadata, or protocol, is changed. */
async function committed(table: string, change: (text: string) => string): Promise<void> {
  const log = join(folder, 'lake', table, '_delta_log');
  const commits = (await readdir(log)).filter((name) => /^\d+\.json$/.test(name)).sort();
  const texts = await Promise.all(commits.map((name) => readFile(join(log, name), 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n'));
  const declared = ['"metaData":', '"protocol":'].map((action) => lines.findLast((line) => line.includes(action))!);
  const before = `${declared.join('\n')}\n`;
  expect(change(before)).not.toBe(before);
  await writeFile(join(log, `${String(commits.length).padStart(20, '0')}.json`), change(before));
}

async function refused(call: Promise<unknown>, code: string, sentence: RegExp, fix: RegExp): Promise<void> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({
    code,
    sentence: expect.stringMatching(sentence) as string,
    fix: expect.stringMatching(fix) as string,
  });
}

test('a checkpoint', async () => {
  await changed('checkpoints/formats/live/0000/manifest', '"v":1', '"v":2');
  const sentence = /manifest\/\d+\.json cannot be read: it has version 2, and this Millrace reads version 1\.$/;
  const shown = await shownIn(folder);
  await refused(run(jobIn(folder), quiet), 'MILLRACE_CHECKPOINT_UNREADABLE', sentence, /^Update @millrace\/core/);
  expect(await shownIn(folder)).toEqual(shown);
});

test('a topic', async () => {
  await rm(join(folder, 'data/topics/events/partitions.json'));
  await changed('data/topics/events', '"format":1', '"format":2');
  const sentence =
    /^memory topic "events" cannot be read: it was written in format 2, and this version reads format 1\.$/;
  const code = 'MILLRACE_SOURCE_UNREADABLE';
  await refused(run(jobIn(folder), quiet), code, sentence, /^Update @millrace\/connectors/);
  await refused(placesIn(folder).topic.append([{ value: 'a' }]), code, sentence, /^Update/);
});

test.each([
  ['a view', 'views/totals/shown'],
  ['a list', 'lists/kept/shown'],
  ['how far a topic was written', 'topic-sinks/out/progress'],
])('%s', async (_, place) => {
  await changed(`data/${place}`, '"format":1', '"format":2');
  const sentence = new RegExp(
    `the object ${place}/\\d+ cannot be read: it was written in format 2, and this version reads format 1\\.$`,
  );
  const code = 'MILLRACE_TABLE_UNREADABLE';
  await refused(run(jobIn(folder), quiet), code, sentence, /^Update @millrace\/connectors/);
  if (place.startsWith('topic')) return;
  await refused(shownIn(folder), code, sentence, /^Update/);
});

const uses: readonly (readonly [string, string, () => Promise<unknown>])[] = [
  ['a table of results, written', 'kept', () => run(jobIn(folder), quiet)],
  ['a table of results, read', 'kept', () => readTable(lake({ root: join(folder, 'lake') }).table('kept')).next()],
  ['a table, compacted', 'kept', () => compact(lake({ root: join(folder, 'lake') }).table('kept'))],
  ['an archive, replayed', 'events', () => run(jobIn(folder), { mode: 'replay', report: false, lineage: 'new' })],
  ['an archive, gone on with', 'events', () => run(archiving(), quiet)],
];

function archiving() {
  const { topic, archived } = placesIn(folder);
  return archive({ from: topic, to: archived });
}

test.each(uses)('%s: of a later format of Millrace', async (_, table, use) => {
  await committed(table, (text) => text.replace('"millrace.format":"1"', '"millrace.format":"2"'));
  const sentence = /it was written in format 2 of Millrace, and this version reads format 1\.$/;
  await refused(use(), 'MILLRACE_TABLE_UNREADABLE', sentence, /^Update @millrace\/connectors/);
});

test.each(uses)('%s: of a later protocol of Delta', async (_, table, use) => {
  await committed(table, (text) =>
    text.replace(/"minReaderVersion":1,"minWriterVersion":2/, '"minReaderVersion":3,"minWriterVersion":7'),
  );
  const sentence = /it asks for a (reader of version 3|writer of version 7) of the Delta protocol\.$/;
  await refused(use(), 'MILLRACE_TABLE_UNREADABLE', sentence, /^Read it with the program that wrote it/);
});
