import fc from 'fast-check';
import { runsOf, seedOf } from '@millrace/core/testing';

// One seed for every property of a run, printed by fast-check where one fails: MILLRACE_SEED replays it, and
// MILLRACE_RUNS multiplies the cases.
fc.configureGlobal({ seed: seedOf(), numRuns: runsOf(100) });
