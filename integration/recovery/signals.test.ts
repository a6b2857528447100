import type { RunResult } from '@millrace/core';
import { faultPoints, randomOf, seedOf, type FaultPoint } from '@millrace/core/testing';
import { expect, it } from 'vitest';
import { fill } from '../laws/pin-graph.js';
import { pinRecords } from '../laws/pin-records.js';
import { visibleIn } from './job/outputs.js';
import { folders, topicIn } from './job/place.js';
import { undisturbed } from './job/process.js';
import { startProgram, type Ending } from './signals-process.js';

// Case 40 (a) and (d): a process is asked to stop at a bad moment. It ends in order, of itself, and what it leaves is as
// whole as what it says; the next one ends where one that was left alone does.

const seed = seedOf();
const folder = folders();
const endsWithinMs = 10_000;
const settings = { mode: 'live', batchRows: 7, checkpointEvery: '50ms', idleTimeout: '1h' } as const;

/** A topic of about 1000 records in `place`, not ended: nothing but a signal ends a job that reads it. */
async function waiting(place: string): Promise<string> {
  await fill(topicIn(folder(place)), pinRecords(seed, 3, 330));
  return folder(place);
}

/** The result of a job on the same topic that nobody has asked to stop, in the folder `alone`. */
async function alone(): Promise<RunResult> {
  await topicIn(await waiting('alone')).end();
  return undisturbed({ mode: 'live', idleTimeout: '1h', folder: folder('alone') });
}

/** Stopped in order: it says how many rows there are, and they are there. */
async function expectWhole(place: string, ending: Ending): Promise<RunResult> {
  expect(ending).toMatchObject({ exit: 0, complaint: '', outcome: { ended: 'stopped' } });
  const result = ending.outcome as RunResult;
  await expectVisible(place, result.outputs);
  return result;
}

const readBy = ({ ledger }: RunResult): number => ledger['source(pins)']!.in;

async function expectVisible(place: string, outputs: RunResult['outputs']): Promise<void> {
  const counts = Object.entries(await visibleIn(place)).map(([output, rows]) => [output, rows.length]);
  expect(Object.fromEntries(counts)).toEqual(
    Object.fromEntries(Object.entries(outputs).map(([output, { rows }]) => [output, rows])),
  );
}

/** The input ends, a new process takes up what is left, and all is as if nothing had been. */
async function expectExact(place: string, expected: RunResult): Promise<void> {
  await topicIn(place).end();
  const { outputs, ledger } = await undisturbed({ mode: 'live', idleTimeout: '1h', folder: place });
  expect({ outputs, ledger }).toEqual({ outputs: expected.outputs, ledger: expected.ledger });
  await expectVisible(place, outputs);
  expect(await visibleIn(place)).toEqual(await visibleIn(folder('alone')));
}

const moments: readonly (FaultPoint | 'started' | 'batch written')[] = ['started', 'batch written', ...faultPoints];

it(`case 40 (a): SIGTERM at any moment loses and doubles nothing (seed ${seed})`, async () => {
  const random = randomOf(seed);
  const expected = await alone();
  for (const moment of moments) {
    const place = await waiting(moment);
    const visit = moment === 'started' ? 1 : 1 + random.below(moment.startsWith('batch') ? 12 : 3);
    const signal = random.pick(['SIGTERM', 'SIGINT'] as const);
    const ask = { moment, visit, signal };
    const job = startProgram('signals-child.mjs', { ...settings, folder: place, paceMs: 5, ask });
    await job.said('asked');
    const stopped = await expectWhole(place, await job.endsWithin(endsWithinMs));
    // Beside a checkpoint it reads on, as fast as it can; the others are surely in the middle.
    if (moment.startsWith('batch')) expect(readBy(stopped)).toBeLessThan(readBy(expected));
    await expectExact(place, expected);
  }
});

/** Calls of the store that take long: before the object is there, or after, so that its answer is late. */
const slowCalls = [
  { call: 'put', key: '/state/', nth: 2, answered: true },
  { call: 'put', key: '/state/', nth: 2, answered: false },
  { call: 'create', key: '/manifest/', nth: 2, answered: true },
  { call: 'create', key: '/manifest/', nth: 2, answered: false },
] as const;

it(`case 40 (a): SIGTERM while a checkpoint takes 5 s to upload waits for it (seed ${seed})`, async () => {
  const expected = await alone();
  for (const slow of slowCalls) {
    const place = await waiting(`${slow.call} ${slow.answered}`);
    const job = startProgram('signals-child.mjs', { ...settings, folder: place, slow: { ...slow, ms: 5000 } });
    await job.said('slow');
    job.send('SIGTERM');
    await expectWhole(place, await job.endsWithin(endsWithinMs));
    await expectExact(place, expected);
  }
});

it(`case 40 (d): a second SIGTERM ends the process at once, and the next run is exact (seed ${seed})`, async () => {
  const expected = await alone();
  for (const slow of slowCalls) {
    const place = await waiting(`${slow.call} ${slow.answered}`);
    // Much longer than a test may take: nobody waits for it.
    const job = startProgram('signals-child.mjs', { ...settings, folder: place, slow: { ...slow, ms: 3_600_000 } });
    await job.said('slow');
    job.send('SIGTERM');
    await job.said('heard');
    job.send('SIGTERM');
    expect(await job.endsWithin(endsWithinMs)).toEqual({ exit: 130, outcome: undefined, complaint: '' });
    await expectExact(place, expected);
  }
});
