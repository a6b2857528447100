import { faultPoints, randomOf, seedOf } from '@millrace/core/testing';
import { it } from 'vitest';
import { takeovers, type Hang } from './ownership-takeover.js';

const seed = seedOf();
const { alone, hanging, wakesBehind, wakesBeside, wakesAmid } = takeovers(seed);

it.each(faultPoints)(
  `a process that hung at a step of a checkpoint has lost its job: "%s" (seed ${seed})`,
  async (moment) => {
    const random = randomOf(seed + faultPoints.indexOf(moment));
    const hang = (): Hang => ({ moment, visit: 1 + random.below(moment === 'batch pushed' ? 12 : 3) });
    const when = random.pick(['owner', 'Checkpoint committed.'] as const);
    const second: Hang = { moment: random.pick(faultPoints), visit: 1 + random.below(3) };
    await alone();
    await wakesBehind('behind', await hanging('behind', hang(), random));
    await wakesBeside('beside', await hanging('beside', hang(), random), when);
    await wakesAmid('amid', await hanging('amid', hang(), random), second);
  },
);
