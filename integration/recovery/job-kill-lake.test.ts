import { join } from 'node:path';
import { run, start, type MetricsSnapshot } from '@millrace/core';
import { archive, lake } from '@millrace/connectors/lake';
import { randomOf, runsOf, seedOf } from '@millrace/core/testing';
import { expect, it } from 'vitest';
import { fill, RawPin } from '../laws/pin-graph.js';
import { pinRecords } from '../laws/pin-records.js';
import { expectGrown, visibleIn, type Visible } from './job/outputs.js';
import { folders, topicIn } from './job/place.js';
import { anyDeath, live, undisturbed, type Settings } from './job/process.js';
import { until } from '../until.js';

// The same for a job that reads the lake, and for one that goes from the lake to the topic.

const seed = seedOf();
const lives = runsOf(16);
const perPartition = 50 * lives;
const folder = folders();

function archiveOf(place: string) {
  return archive({
    from: topicIn(place),
    to: lake({ root: join(place, 'lake') }).table('pins', RawPin),
    flushRows: 100,
  });
}

/** A topic in `place`, ended, with an archive of its first `archived` records per partition. */
async function archivedUpTo(archived: number, place: string): Promise<void> {
  const records = pinRecords(seed, 3, perPartition);
  await fill(topicIn(place), records.map((partition) => partition.slice(0, archived))); // prettier-ignore
  if (archived < perPartition) {
    const archiving = start(archiveOf(place), { mode: 'live', report: false });
    await until(() => caughtUp(archiving.metrics()));
    await archiving.stop();
  }
  await fill(topicIn(place), records.map((partition) => partition.slice(archived))); // prettier-ignore
  await topicIn(place).end();
  if (archived >= perPartition) await run(archiveOf(place), { mode: 'live', report: false });
}

function caughtUp({ sources }: MetricsSnapshot): boolean {
  const partitions = sources['pins']?.partitions ?? [];
  return partitions.length === 3 && partitions.every(({ position, state }) => position > 0 && state === 'caughtUp');
}

/** Kills it in the middle so many times, and holds it to the same job on the topic. */
async function killedInTheMiddle(settings: Settings): Promise<void> {
  const random = randomOf(seed);
  const expected = await undisturbed({ folder: folder('alone'), sources: folder('sources'), mode: 'live' });
  let before: Visible | undefined;
  for (let life = 0; life < lives; life++) {
    // So slow that it does not get to its end before it was killed often enough.
    expect(await live({ ...settings, tasks: 1 + (life % 3), batchRows: 3, paceMs: 6 }, anyDeath(random))).toBe(
      undefined,
    );
    const seen = await visibleIn(settings.folder);
    if (before !== undefined) expectGrown(before, seen);
    before = seen;
  }
  expect(before!['pins']!.length).toBeGreaterThan(0);
  const { outputs, ledger } = await undisturbed(settings);
  expect({ outputs, ledger }).toEqual({ outputs: expected.outputs, ledger: expected.ledger });
  expect(await visibleIn(settings.folder)).toEqual(await visibleIn(folder('alone')));
}

const place = () => ({ folder: folder('killed'), sources: folder('sources'), checkpointEvery: '50ms' }) as const;

it(`a replay that is killed ${lives} times has the outputs of the stream (seed ${seed})`, async () => {
  await archivedUpTo(perPartition, folder('sources'));
  await killedInTheMiddle({ ...place(), mode: 'replay' });
});

it(`a hand-off that is killed ${lives} times has the outputs of the stream (seed ${seed})`, async () => {
  // So few of them that most lives are spent around the hand-off.
  await archivedUpTo(40, folder('sources'));
  await killedInTheMiddle({ ...place(), mode: 'both', atEnd: 'flush' });
});
