import { randomOf, runsOf, seedOf } from '@millrace/core/testing';
import { it } from 'vitest';
import { takeovers, type Hang } from './ownership-takeover.js';

// The same for a process that hangs in the middle of what a sink does: before any call of the file system.

const seed = seedOf();
const { alone, hanging, wakesBehind, wakesBeside, wakesAmid } = takeovers(seed);

it.each(['behind', 'beside', 'amid'] as const)(
  `a process that hung at any call of the file system has lost its job: it wakes up %s the other (seed ${seed})`,
  async (wakes) => {
    const random = randomOf(seed);
    await alone();
    const hang = (): Hang => ({ moment: 'file call', visit: 1 + random.below(random.pick([60, 600])) });
    for (let round = 0; round < runsOf(4); round++) {
      const zombie = await hanging(`round ${round}`, hang(), random);
      if (wakes === 'behind') await wakesBehind(`round ${round}`, zombie);
      if (wakes === 'beside') await wakesBeside(`round ${round}`, zombie, 'Checkpoint committed.');
      if (wakes === 'amid') await wakesAmid(`round ${round}`, zombie, hang());
    }
  },
);

const committed: Hang = { moment: 'manifest committed', visit: 2 };
const published: Hang = { moment: 'output published', visit: 2 };

// What the first process was about to do, by the call of the file system with which it begins, and where the second one
// hangs when the first one wakes up and does it.
it.each<readonly [string, string, Hang]>([
  ['remove what is left of a list', '^readdir .*/lists/pins/staged/', committed],
  ['remove what is left of a list', '^readdir .*/lists/pins/staged/', published],
  ['remove what is left of a view', '^readdir .*/views/minutes/staged/', committed],
  ['remove what is left of a view', '^readdir .*/views/minutes/staged/', published],
  ['remove what is left of a topic', '^readdir .*/topic-sinks/out/staged/', committed],
  ['remove what is left in a lake', '^readdir .*/lake/results ', committed],
  ['remove what is left in a lake', '^readdir .*/lake/results ', published],
  // While the second one appends to it.
  ['claim a topic', '^readdir .*/topics/out/writers', { moment: 'file call', visit: 2, of: '^open .*/topics/out/records/.* ax?$' }], // prettier-ignore
])(`an owner is not disturbed by one that hung when it was to %s (%#, seed ${seed})`, async (_, call, second) => {
  await alone();
  await wakesAmid('amid', await hanging('amid', { moment: 'file call', visit: 1, of: call }), second);
});
