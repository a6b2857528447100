import { cp } from 'node:fs/promises';
import { run } from '@millrace/core';
import { archive, lake } from '@millrace/connectors/lake';
import { randomOf, runsOf, seedOf, type Random } from '@millrace/core/testing';
import { expect, it } from 'vitest';
import { RawPin } from '../laws/pin-graph.js';
import { pinRecords } from '../laws/pin-records.js';
import { visibleIn, type Visible } from './job/outputs.js';
import { filled, folders, topicIn } from './job/place.js';
import { anyDeath, live, undisturbed, type Death } from './job/process.js';

// A mended graph replays the archive, to replace what the old one has made. Until the swap of an output its old result is
// there, whole; from then on its new one; and whoever dies in between, there is nothing else.

const seed = seedOf();
const folder = folders();
const replaced = { mode: 'replay', publish: 'replace', withTopic: false, checkpointEvery: '50ms' } as const;

/** A topic in `old` with its archive, and what the old graph has made of it; and in `new` what the mended one does. */
async function results(perPartition: number): Promise<{ readonly old: Visible; readonly mended: Visible }> {
  await filled(folder('old'), pinRecords(seed, 3, perPartition));
  const table = lake({ root: `${folder('old')}/lake` }).table('pins', RawPin);
  await run(archive({ from: topicIn(folder('old')), to: table }), { mode: 'live', report: false });
  const sources = folder('old');
  await undisturbed({ folder: folder('old'), mode: 'live', mended: false, withTopic: false });
  await undisturbed({ folder: folder('mended'), sources, mode: 'live', withTopic: false });
  return { old: await visibleIn(folder('old')), mended: await visibleIn(folder('mended')) };
}

function differing(a: Visible, b: Visible): string[] {
  return Object.keys(a).filter((output) => a[output]!.join('\n') !== b[output]!.join('\n'));
}

/** The outputs that were swapped by now; those that were before must be, too. */
async function swappedIn(place: string, old: Visible, mended: Visible, before: readonly string[]): Promise<string[]> {
  const seen = await visibleIn(place);
  const swapped = differing(old, mended).filter((output) => !differing(seen, mended).includes(output));
  for (const output of Object.keys(seen)) {
    expect(seen[output], output).toEqual(swapped.includes(output) ? mended[output] : old[output]);
  }
  expect(swapped).toEqual(expect.arrayContaining([...before]));
  return swapped;
}

it(`the old results stay, whole, while a replay that replaces them is killed (seed ${seed})`, async () => {
  const random = randomOf(seed);
  const lives = runsOf(16);
  const { old, mended } = await results(40 * lives);
  const settings = { folder: folder('old'), ...replaced };
  for (let life = 0; life < lives; life++) {
    expect(await live({ ...settings, tasks: 1 + (life % 3), batchRows: 3, paceMs: 6 }, anyDeath(random))).toBe(
      undefined,
    );
    expect(await swappedIn(folder('old'), old, mended, [])).toEqual([]);
  }
  const { outputs } = await undisturbed(settings);
  expect(await visibleIn(folder('old'))).toEqual(mended);
  expect(outputs['pins']!.rows).toBe(mended['pins']!.length);
});

it(`killed around the swap, every output is the old one or the new one, and in the end new (seed ${seed})`, async () => {
  const random = randomOf(seed + 1);
  const { old, mended } = await results(20);
  for (let round = 0; round < runsOf(8); round++) {
    const place = folder(`round ${round}`);
    await cp(folder('old'), place, { recursive: true });
    let swapped: string[] = [];
    for (let life = 0; ; life++) {
      const outcome = await live(
        { ...replaced, checkpointEvery: '1h', folder: place },
        life < 3 ? deathAtSwap(random, life) : undefined,
      );
      swapped = await swappedIn(place, old, mended, swapped);
      // One that was killed behind its last step leaves nothing to do.
      if (outcome === 'MILLRACE_LINEAGE_COMPLETE' || typeof outcome === 'object') break;
      expect(outcome).toBe(undefined);
    }
    expect(await visibleIn(place)).toEqual(mended);
  }
});

it(`killed between two swaps, the rest of them is the first thing that the next process does (seed ${seed})`, async () => {
  const { old, mended } = await results(20);
  const settings = { ...replaced, checkpointEvery: '1h', swapsInTurn: true } as const;
  const outputs = Object.keys(old).filter((output) => output !== 'topic');
  for (const swaps of [1, 2 + randomOf(seed + 2).below(outputs.length - 3), outputs.length - 1]) {
    const place = folder(`${swaps} swaps`);
    await cp(folder('old'), place, { recursive: true });
    const killed = await live({ ...settings, folder: place }, { point: 'output swapped', visit: swaps });
    expect(killed).toBe(undefined);
    // It died where it had to: some results are the new ones and some are the old ones, each whole.
    const half = await swappedIn(place, old, mended, []);
    expect(half.length, 'outputs that were swapped').toBeGreaterThan(0);
    expect(half.length, 'outputs that were swapped').toBeLessThan(differing(old, mended).length);

    const [outcome, seen] = await watchedUntil(live({ ...settings, folder: place, swapsInTurn: false }), (before) =>
      swappedIn(place, old, mended, before),
    );
    // Nothing that was swapped goes back, and every look was at whole results.
    expect(seen.length).toBeGreaterThan(0);
    expect(outcome).toMatchObject({ ended: 'end', outputs: { pins: { rows: mended['pins']!.length } } });
    expect(await visibleIn(place)).toEqual(mended);
    expect(await live({ ...settings, folder: place })).toBe('MILLRACE_LINEAGE_COMPLETE');
    expect(await visibleIn(place)).toEqual(mended);
  }
});

/** What a reader sees, again and again, until `done`: every look is given what the one before it has seen. */
async function watchedUntil<T>(
  done: Promise<T>,
  look: (before: readonly string[]) => Promise<readonly string[]>,
): Promise<[T, readonly (readonly string[])[]]> {
  const seen: (readonly string[])[] = [];
  let isDone = false;
  const ended = done.finally(() => (isDone = true));
  while (!isDone) seen.push(await look(seen.at(-1) ?? []));
  return [await ended, seen];
}

/** The last checkpoint swaps, the one before it says that the input has ended; the next process makes good. */
function deathAtSwap(random: Random, life: number): Death {
  if (life > 0) return { line: 'started', times: 1, afterMs: random.below(120) };
  if (random.below(2) === 0) return { point: 'output swapped', visit: 1 + random.below(5) };
  if (random.below(2) === 0) return { point: random.pick(['output staged', 'manifest committed'] as const), visit: 2 };
  return { line: 'Checkpoint committed.', times: 1, afterMs: random.below(60) };
}
