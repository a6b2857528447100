import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, start, type JobHandle } from '@millrace/core';
import { archive } from '@millrace/connectors/lake';
import { after, before, jobIn, placesIn, sinksIn } from './job.js';
import { shownIn, type Expected } from './shown.js';

/**
 * Makes the fixtures of a release anew: a topic of two writers, its archive with a checkpoint in its log, and a job that
 * was stopped twice amid all of its state, with lists, views, a topic and a table as it has left them; and a replay that has ended.
 */
export async function writeRelease(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  let written = 0;
  for (const records of before) {
    await placesIn(folder).topic.append(records);
    written += records.length;
    await stoppedBehind(written, start(jobIn(folder), { mode: 'live', report: false, batchRows: 5 }));
  }
  const { topic, archived } = placesIn(folder);
  const archiving = start(archive({ from: topic, to: archived, flushRows: 2 }), { mode: 'live', report: false });
  await stoppedBehind(written, archiving);
  await run(jobIn(folder), { mode: 'replay', report: false, sinks: sinksIn(join(folder, 'replayed')) });

  const expected: Expected = { shown: await shownIn(folder), ...(await undisturbed()) };
  await writeFile(join(folder, 'expected.json'), `${JSON.stringify(expected, undefined, 2)}\n`);
}

async function stoppedBehind(records: number, handle: JobHandle): Promise<void> {
  const read = (): number =>
    (handle.metrics().sources['events']?.partitions ?? []).reduce((sum, { position }) => sum + position, 0);
  while (read() < records && handle.metrics().state !== 'failed') await new Promise((done) => setTimeout(done, 5));
  await handle.stop();
}

/** What comes of all records where nothing comes in between. */
async function undisturbed(): Promise<Pick<Expected, 'outputs' | 'ledger'>> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-formats-'));
  try {
    const { topic } = placesIn(folder);
    await topic.append([...before.flat(), ...after]);
    await topic.end();
    const { outputs, ledger } = await run(jobIn(folder), { mode: 'live', report: false });
    return { outputs, ledger };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
