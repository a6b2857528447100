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

/** The last checkpoint swaps, the one before it says that the input has ended; the next process makes good. */
function deathAtSwap(random: Random, life: number): Death {
  if (life > 0) return { line: 'started', times: 1, afterMs: random.below(120) };
  if (random.below(2) === 0) return { point: 'output swapped', visit: 1 + random.below(5) };
  if (random.below(2) === 0) return { point: random.pick(['output staged', 'manifest committed'] as const), visit: 2 };
  return { line: 'Checkpoint committed.', times: 1, afterMs: random.below(60) };
}
