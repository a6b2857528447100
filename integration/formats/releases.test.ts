import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, start } from '@millrace/core';
import { archive } from '@millrace/connectors/lake';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { after, jobIn, placesIn, sinksIn } from './job.js';
import { shownIn, type Expected } from './shown.js';
import { writeRelease } from './write-release.js';

// What every release has written to disk is kept, in a folder of its number. It must be read and gone on with by all that
// come after it. `UPDATE_FORMATS=1` makes the folder of the present one anew, which is right until it is released.

const quiet = { mode: 'live', report: false } as const;
const here = import.meta.dirname;
const manifest = await readFile(join(here, '../../packages/core/package.json'), 'utf8');
const { version } = JSON.parse(manifest) as { version: string };
if (process.env['UPDATE_FORMATS'] === '1') await writeRelease(join(here, version));
const releases = (await readdir(here)).filter((name) => /^\d+\.\d+\.\d+$/.test(name));

test('the formats of the present release are kept as well', () => {
  expect(releases).toContain(version);
});

describe.each(releases)('what %s has written', (release) => {
  let folder: string;
  let expected: Expected;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-formats-'));
    await cp(join(here, release), folder, { recursive: true });
    expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Expected;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** The records that come later, and the end. */
  async function continued(): Promise<void> {
    await placesIn(folder).topic.append(after);
    await placesIn(folder).topic.end();
  }

  test('holds every format', async () => {
    const files = await readdir(folder, { recursive: true });
    for (const format of [
      /^checkpoints.*manifest.*\.json$/,
      /^checkpoints.*state.*\.arrow$/,
      /^data.topics.events.records.1.*2-.*\.log$/,
      /^data.views.totals.shown/,
      /^data.lists.kept.shown/,
      /^data.topic-sinks.out.progress/,
      /^lake.events._delta_log.*10\.checkpoint\.parquet$/,
      /^lake.events._delta_log._last_checkpoint$/,
      /^lake.events.*\.parquet$/,
      /^lake.kept.*\.parquet$/,
    ]) {
      expect(files, String(format)).toContainEqual(expect.stringMatching(format));
    }
    expect(Object.values(expected.shown).map((rows) => rows.length)).not.toContain(0);
  });

  test('is seen as it was: topics, views, lists, an archive and a table', async () => {
    expect(await shownIn(folder)).toEqual(expected.shown);
  });

  test('a job goes on from: its results are those of a run that nothing has interrupted', async () => {
    await continued();
    const handle = start(jobIn(folder), quiet);
    const { outputs, ledger } = await handle.done;
    expect(handle.metrics().checkpoints.restored).toBeGreaterThan(0);
    expect(outputs).toEqual(expected.outputs);
    expect(ledger).toEqual(expected.ledger);
    const shown = await shownIn(folder);
    const { kept, table, out, totals } = expected.outputs;
    expect(shown['list kept']).toHaveLength(kept!.rows);
    expect(shown['table kept']).toHaveLength(table!.rows);
    expect(shown['topic out']).toHaveLength(out!.rows);
    expect(shown['view totals']).toHaveLength(totals!.rows);
    for (const place of ['list kept', 'table kept', 'topic out', 'archive events', 'topic events']) {
      expect(shown[place], place).toEqual(expect.arrayContaining([...expected.shown[place]!]));
    }
  });

  test('an archive goes on from, and a replay of it all gives what the stream has given', async () => {
    await continued();
    const { topic, archived } = placesIn(folder);
    await run(archive({ from: topic, to: archived, flushRows: 3 }), quiet);
    expect((await shownIn(folder))['archive events']).toHaveLength(44);
    // The commits that the log's checkpoint stands for are not needed any more.
    const log = join(folder, 'lake/events/_delta_log');
    for (let commit = 0; commit <= 10; commit++) await rm(join(log, `${String(commit).padStart(20, '0')}.json`));
    const sinks = sinksIn(join(folder, 'replayed'));
    const options = { mode: 'replay', report: false, sinks } as const;
    await expect(run(jobIn(folder), options)).rejects.toMatchObject({ code: 'MILLRACE_LINEAGE_COMPLETE' });
    const anew = { ...options, sinks: sinksIn(join(folder, 'again')), lineage: 'new' } as const;
    const { outputs } = await run(jobIn(folder), anew);
    expect(outputs).toEqual(expected.outputs);
  });
});
