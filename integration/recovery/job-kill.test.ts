import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomOf, runsOf, seedOf, type TestRecord } from '@millrace/core/testing';
import { expect, it } from 'vitest';
import { fill } from '../laws/pin-graph.js';
import { pinRecords } from '../laws/pin-records.js';
import { expectGrown, visibleIn, type Visible } from './job/outputs.js';
import { filled, folders, topicIn } from './job/place.js';
import { anyDeath, live, undisturbed, type Settings } from './job/process.js';

// A process runs a job with every operator that has state and every sink, and is killed, again and again, while records
// come. In the end all is as if it had been left alone.

const seed = seedOf();
const lives = runsOf(16);
const perLife = 40;
const folder = folders();

/** The records that come before life `life`: all that are left before the last, which nobody kills. */
function recordsOf(records: readonly (readonly TestRecord[])[], life: number): readonly (readonly TestRecord[])[] {
  return records.map((partition) => partition.slice(life * perLife, life < lives ? (life + 1) * perLife : undefined));
}

/** Lets processes live and die, and looks at what they leave. */
async function killedAgainAndAgain(place: string, settings: (life: number) => readonly Settings[]): Promise<void> {
  const random = randomOf(seed);
  const records = pinRecords(seed, 3, perLife * (lives + 1));
  let before: Visible | undefined;
  for (let life = 0; life < lives; life++) {
    await fill(topicIn(place), recordsOf(records, life));
    const outcomes = await Promise.all(settings(life).map((each) => live(each, anyDeath(random))));
    expect(outcomes.filter((outcome) => outcome !== undefined)).toEqual([]);
    const seen = await visibleIn(place);
    if (before !== undefined) expectGrown(before, seen);
    before = seen;
  }
  await fill(topicIn(place), recordsOf(records, lives));
  await topicIn(place).end();
}

it(`a job that is killed ${lives} times has the outputs of one that is left alone (seed ${seed})`, async () => {
  await filled(folder('alone'), pinRecords(seed, 3, perLife * (lives + 1)));
  const expected = await undisturbed({ folder: folder('alone'), mode: 'live' });

  const place = folder('killed');
  const settings = { folder: place, mode: 'live', batchRows: 7, checkpointEvery: '50ms', idleTimeout: '1h' } as const;
  await killedAgainAndAgain(place, (life) => [{ ...settings, tasks: 1 + (life % 3), paceMs: 2 }]);
  const { outputs, ledger } = await undisturbed(settings);
  expect({ outputs, ledger }).toEqual({ outputs: expected.outputs, ledger: expected.ledger });
  expect(await visibleIn(place)).toEqual(await visibleIn(folder('alone')));
});

it(`what its archive, killed beside it, replays by its time log is the same (seed ${seed})`, async () => {
  const place = folder('killed');
  const settings = { folder: place, mode: 'live', batchRows: 7, checkpointEvery: '30ms', idleTimeout: '20ms' } as const;
  const archiving = { ...settings, archiving: true };
  // Nobody writes to the fourth partition: it is idle, and the time log says so, however busy the machine is.
  await topicIn(place, 4).append([]);
  await killedAgainAndAgain(place, (life) => [{ ...settings, tasks: 1 + (life % 3), paceMs: 2 }, archiving]);
  const [{ outputs, ledger }] = await Promise.all([undisturbed(settings), undisturbed(archiving)]);

  // Its checkpoints have the time log, which is a part of the answer.
  expect(await entriesIn(join(place, 'checkpoints/pins/live/0000/manifest'))).toBeGreaterThan(0);
  await cp(join(place, 'checkpoints'), join(folder('again'), 'checkpoints'), { recursive: true });
  const again = await undisturbed({ folder: folder('again'), sources: place, mode: 'replay' });
  expect({ outputs, ledger }).toEqual({ outputs: again.outputs, ledger: again.ledger });
  expect(await visibleIn(place)).toEqual(await visibleIn(folder('again')));
});

/** How many entries of the time log there are, beside those of the end. */
async function entriesIn(manifests: string): Promise<number> {
  const texts = await Promise.all((await readdir(manifests)).map((name) => readFile(join(manifests, name), 'utf8')));
  const entries = texts.flatMap(
    (text) => (JSON.parse(text.split('\n', 1)[0]!) as { timeLog: { watermark: unknown }[] }).timeLog,
  );
  return entries.filter(({ watermark }) => watermark !== 'end').length;
}
