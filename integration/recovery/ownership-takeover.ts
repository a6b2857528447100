import type { RunResult } from '@millrace/core';
import type { FaultPoint, Random } from '@millrace/core/testing';
import { expect } from 'vitest';
import { fill } from '../laws/pin-graph.js';
import { pinRecords } from '../laws/pin-records.js';
import { visibleIn } from './job/outputs.js';
import { folders, topicIn } from './job/place.js';
import { anyDeath, live, undisturbed } from './job/process.js';
import { startProgram, type Running } from './signals-process.js';

// Two processes on one job. The first one hangs, the second takes over, and the first one wakes up as if nothing had been: it
// ends with MILLRACE_OWNERSHIP_LOST, nothing of it is seen, and the other goes on undisturbed.

/** Where a process hangs. */
export interface Hang {
  readonly moment: FaultPoint | 'file call';
  readonly visit: number;
  /** Only of calls whose name, path and option match it. */
  readonly of?: string;
}

/** What can be done with two processes, each time in a place of its own. All results are held to those of one. */
export interface Takeovers {
  /** Makes the result that all are held to. */
  alone(): Promise<void>;
  /** A job in `place` that hangs, in a new history or, mostly, in one that a process has left that was killed. */
  hanging(place: string, hang: Hang, before?: Random): Promise<Running>;
  /** The first one wakes up when the second has done all there was to do. */
  wakesBehind(place: string, zombie: Running): Promise<void>;
  /** The first one wakes up while the second is at work. */
  wakesBeside(place: string, zombie: Running, when: 'owner' | 'Checkpoint committed.'): Promise<void>;
  /** The first one wakes up, and ends, while the second hangs as well. */
  wakesAmid(place: string, zombie: Running, second: Hang): Promise<void>;
}

const settings = { mode: 'live', batchRows: 7, checkpointEvery: '50ms', idleTimeout: '1h' } as const;
const program = 'ownership-child.mjs';

/** Takeovers of jobs that read the records of `seed`. */
export function takeovers(seed: number): Takeovers {
  const folder = folders();
  let expected: RunResult;

  const expectExact = async (place: string, { outputs, ledger }: RunResult): Promise<void> => {
    expect({ outputs, ledger }).toEqual({ outputs: expected.outputs, ledger: expected.ledger });
    expect(await visibleIn(folder(place))).toEqual(await visibleIn(folder('alone')));
  };
  const expectEnd = async (place: string, owner: Running): Promise<void> => {
    await topicIn(folder(place)).end();
    const { exit, outcome, complaint } = await owner.endsWithin(60_000);
    expect({ exit, complaint }).toEqual({ exit: 0, complaint: '' });
    await expectExact(place, outcome as RunResult);
  };

  return {
    async alone() {
      await fill(topicIn(folder('alone')), pinRecords(seed, 3, 330));
      await topicIn(folder('alone')).end();
      expected = await undisturbed({ folder: folder('alone'), mode: 'live', idleTimeout: '1h' });
    },
    async hanging(place, hang, before) {
      await fill(topicIn(folder(place)), pinRecords(seed, 3, 330));
      const own = { ...settings, folder: folder(place), paceMs: 2 };
      // The sinks of a new history are opened before it begins: what an owner does to them, only a later one does.
      if (hang.of !== undefined) await live(own, { point: 'manifest committed', visit: 2 });
      else if (before !== undefined && before.below(3) > 0) await live(own, anyDeath(before));
      const zombie = startProgram(program, { ...own, stop: hang });
      await zombie.said('stopped');
      return zombie;
    },
    async wakesBehind(place, zombie) {
      await topicIn(folder(place)).end();
      const result = await undisturbed({ folder: folder(place), mode: 'live', idleTimeout: '1h' });
      await expectExact(place, result);
      await expectLost(zombie);
      await expectExact(place, result);
    },
    async wakesBeside(place, zombie, when) {
      const owner = startProgram(program, { ...settings, folder: folder(place), paceMs: 5 });
      await owner.said(when);
      await expectLost(zombie);
      await expectEnd(place, owner);
    },
    async wakesAmid(place, zombie, second) {
      const owner = startProgram(program, { ...settings, folder: folder(place), paceMs: 2, stop: second });
      await owner.said('stopped');
      await expectLost(zombie);
      owner.send('SIGCONT');
      await expectEnd(place, owner);
    },
  };
}

/** Wakes it up, and holds it to what it must end with. */
async function expectLost(zombie: Running): Promise<void> {
  zombie.send('SIGCONT');
  expect(await zombie.endsWithin(30_000)).toEqual({ exit: 0, outcome: 'MILLRACE_OWNERSHIP_LOST', complaint: '' });
}
